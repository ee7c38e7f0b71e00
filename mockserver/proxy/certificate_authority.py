"""The local CA: created when it is first needed, stored in a folder, renewed with the same key.

trustme's CA is valid until the year 3000, which some clients refuse and which cannot be configured. So the
certificates are built with `cryptography`, which is a dependency anyway.
"""

import ssl
import tempfile
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from generators.setup_error import MockSetupError
from mockserver.proxy import atomic_files as storage
from mockserver.proxy.certificates import (
    DAY,
    create_ca_certificate,
    create_host_certificate,
    create_key,
    get_expiry_time,
    is_issued_by_recmock,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

RENEWAL_MARGIN_SECONDS = 30 * DAY
"""A certificate with fewer remaining seconds is renewed."""
_MAX_CACHED_HOSTS = 64


class AuthorityError(MockSetupError):
    """The CA cannot be used. The message says which file, what is wrong with it, and what to try."""


class CertificateAuthority:
    """The CA in a folder.

    Args:
        folder: the folder; None for the default folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._chosen_folder = folder
        self._contexts: dict[str, tuple[int, ssl.SSLContext]] = {}
        self._lock = threading.Lock()

    @cached_property
    def folder(self) -> Path:
        """The CA's folder.

        Raises:
            AuthorityError: if no folder was chosen and none can be found.
        """
        if self._chosen_folder is not None:
            return self._chosen_folder
        from mockserver.proxy.default_folder import find_default_folder

        try:
            return find_default_folder()
        except storage.StorageError as error:
            raise AuthorityError(str(error)) from None

    @property
    def _file(self) -> Path:
        """The file with key and certificate: two files could stop matching each other."""
        return self.folder / "ca-key.pem"

    def get_certificate_pem(self, now: int) -> bytes:
        """Return the CA's certificate, after creating or renewing it if needed.

        Args:
            now: seconds since the epoch.

        Raises:
            AuthorityError: if that fails.
        """
        from cryptography.hazmat.primitives.serialization import Encoding

        return self._load_or_create(now)[1].public_bytes(Encoding.PEM)

    def create_context(self, host: str, now: int) -> ssl.SSLContext:
        """Return a server's TLS context for a Twilio host. It is cached until its certificate must be renewed.

        Args:
            now: seconds since the epoch.

        Raises:
            AuthorityError: if there is no CA to sign with.
        """
        with self._lock:
            cached = self._contexts.get(host)
            if cached is not None and now < cached[0]:
                return cached[1]
            ca_key, ca = self._load_or_create(now)
            key = create_key()
            certificate = create_host_certificate(host, key, ca, ca_key, now)
            context = _create_server_context(_to_pem(key, certificate))
            if len(self._contexts) >= _MAX_CACHED_HOSTS:
                self._contexts.clear()
            self._contexts[host] = (get_expiry_time(certificate) - RENEWAL_MARGIN_SECONDS + 1, context)
            return context

    def _load_or_create(self, now: int) -> tuple["EllipticCurvePrivateKey", "Certificate"]:
        try:
            content = storage.read_file(self._file)
            if content is None:
                key = create_key()
                storage.write_once(self._file, _to_pem(key, create_ca_certificate(key, now)))
                content = storage.read_file(self._file)  # another process may have been first
            key, certificate = _parse_key_file(self._file, content or b"")
            if get_expiry_time(certificate) - now < RENEWAL_MARGIN_SECONDS:
                # Key and subject stay the same. So a client that trusts the old certificate accepts what the new one
                # signs, and two processes may renew at once.
                certificate = create_ca_certificate(key, now)
                storage.replace_file(self._file, _to_pem(key, certificate))
        except storage.StorageError as error:
            raise AuthorityError(str(error)) from None
        return key, certificate


def _to_pem(key: "EllipticCurvePrivateKey", certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key_pem + certificate.public_bytes(Encoding.PEM)


def _parse_key_file(file: Path, content: bytes) -> tuple["EllipticCurvePrivateKey", "Certificate"]:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        key = load_pem_private_key(content, password=None)
        certificate = load_pem_x509_certificate(content)
    except (ValueError, TypeError):  # TypeError: a key with a password
        raise _make_foreign_file_error(file, "something else") from None
    if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise _make_foreign_file_error(file, "a certificate with another key")
    if not is_issued_by_recmock(certificate):
        raise _make_foreign_file_error(file, "another CA's")
    return key, certificate


def _make_foreign_file_error(file: Path, found: str) -> AuthorityError:
    advice = "Remove the file to create a new CA, or choose another folder with --data-dir"
    return AuthorityError(f"expected the key and certificate of recmock's own CA in {file}, found {found}. {advice}.")


def _create_server_context(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    try:
        with tempfile.TemporaryDirectory(prefix="recmock-") as folder:  # ssl reads keys from files only
            file = Path(folder, "host.pem")
            file.write_bytes(pem)
            context.load_cert_chain(file)
    except OSError as error:  # a full disk, a limit on the size of files, no folder for temporary files
        reason = error.strerror or error
        advice = "Make room there, or choose another folder with TMPDIR"
        raise AuthorityError(f"cannot write a temporary certificate: {reason}. {advice}.") from None
    return context
