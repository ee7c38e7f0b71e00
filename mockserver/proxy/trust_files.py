"""Trust files for programs: every CA that they trusted before, and the local CA.

A variable that names a CA file replaces the runtime's own list. So a file with only the local CA would break all other
connections of the program.
"""

import re
import ssl
import warnings
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import msgspec

from mockserver.proxy import atomic_files as storage
from mockserver.proxy.certificate_authority import AuthorityError, CertificateAuthority
from mockserver.proxy.program_settings import (
    build_php_files,
    build_wgetrc,
    find_wget_ca_files,
    read_node_preload,
)

JAVA_PASSWORD = "changeit"
"""Java's own default. A list of certificates is not a secret."""
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
OPENSSL_VARIABLES = ("SSL_CERT_FILE",)
PYTHON_AND_CURL_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
NODE_VARIABLES = ("NODE_EXTRA_CA_CERTS",)
PERL_VARIABLES = ("PERL_LWP_SSL_CA_FILE",)
_CA_FILE_VARIABLES = OPENSSL_VARIABLES + PYTHON_AND_CURL_VARIABLES + NODE_VARIABLES + PERL_VARIABLES
"""Variables that may name the user's further CAs, such as a company's."""


class TrustFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The files that programs must trust."""

    certificate: Path
    """The local CA only, as PEM."""
    bundle: Path
    """All CAs, as PEM."""
    java_truststore: Path
    """All CAs, as PKCS #12."""
    php_folder: Path
    """A folder with an ini file that names the bundle, and a file that sets the proxy of PHP's streams."""
    wgetrc: Path
    """The user's wgetrc, with the bundle as CA file."""
    node_preload: Path
    """A program that Node runs first, and that gives `fetch` and `https` the proxy."""


def write_trust(authority: CertificateAuthority, environment: Mapping[str, str], now: int) -> TrustFiles:
    """Write the missing files into the CA's folder, and return the paths.

    The name of a bundle depends on its contents. So a running program keeps its bundle when another environment
    needs a different one.

    Args:
        environment: variables that may name further CA files.
        now: seconds since the epoch.

    Raises:
        AuthorityError: if a file cannot be written.
    """
    ca_pem = authority.get_certificate_pem(now)
    certificates = list(
        dict.fromkeys([*_find_trusted_certificates(environment), ssl.PEM_cert_to_DER_cert(ca_pem.decode())])
    )
    pem = "".join(map(ssl.DER_cert_to_PEM_cert, certificates)).encode()
    name = _hash(pem)
    folder = authority.folder.absolute()
    wgetrc, preload = build_wgetrc(folder / f"bundle-{name}.pem", environment), read_node_preload()
    files = TrustFiles(
        certificate=folder / "ca.pem",
        bundle=folder / f"bundle-{name}.pem",
        java_truststore=folder / f"bundle-{name}.p12",
        php_folder=folder / f"php-{name}",
        wgetrc=folder / f"wgetrc-{_hash(wgetrc)}",
        node_preload=folder / f"node-{_hash(preload)}.js",
    )
    try:
        if storage.read_file(files.certificate) != ca_pem:
            storage.replace_file(files.certificate, ca_pem)
        if not files.java_truststore.exists():
            storage.replace_file(files.java_truststore, _build_java_truststore(certificates))
        _write_missing({files.bundle: pem, files.wgetrc: wgetrc, files.node_preload: preload})
        for php_file, content in build_php_files(files.php_folder, files.bundle).items():
            storage.replace_file(php_file, content)
    except storage.StorageError as error:
        raise AuthorityError(str(error)) from None
    return files


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]


def _write_missing(contents: Mapping[Path, bytes]) -> None:
    """Write the files that do not exist. Their names depend on their contents."""
    for path, content in contents.items():
        if not path.exists():
            storage.replace_file(path, content)


def _find_trusted_certificates(environment: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the CAs, as DER, of the system, of certifi (which requests trusts) and of the user's variables."""
    yield from ssl.create_default_context().get_ca_certs(binary_form=True)
    paths = ssl.get_default_verify_paths()
    # Without a file, OpenSSL reads single certificates from a folder, so all of them are read.
    files = [] if paths.cafile or not paths.capath else sorted(Path(paths.capath).iterdir())
    named = (environment[name] for name in _CA_FILE_VARIABLES if environment.get(name))
    for file in (*_find_certifi(), *files, *map(Path, named), *find_wget_ca_files(environment)):
        yield from _read_certificates(file)


def _find_certifi() -> Iterable[Path]:
    try:
        import certifi
    except ImportError:
        return ()
    return (Path(certifi.where()),)


def _read_certificates(file: Path) -> Iterator[bytes]:
    """Yield the certificates in a file, or none if it cannot be read."""
    try:
        content = file.read_bytes()
    except OSError:
        return
    scratch = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for block in _PEM.findall(content):
        try:
            der = ssl.PEM_cert_to_DER_cert(block.decode())
            # One certificate that OpenSSL cannot read would make the whole bundle invalid.
            scratch.load_verify_locations(cadata=der)
        except (ValueError, ssl.SSLError):
            continue
        yield der


def _build_java_truststore(certificates: Iterable[bytes]) -> bytes:
    """Return a PKCS #12 file whose entries have the attribute by which Java knows a trusted certificate."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore
    from cryptography.x509 import load_der_x509_certificate

    entries = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some old CAs have serial numbers that cryptography warns about
        for number, der in enumerate(certificates):
            try:
                certificate = load_der_x509_certificate(der)
            except ValueError:  # Java would refuse this one too
                continue
            entries.append(PKCS12Certificate(certificate, f"recmock-{number}".encode()))
    return serialize_java_truststore(entries, BestAvailableEncryption(JAVA_PASSWORD.encode()))
