"""A CA of this machine's own: made when it is first needed, kept in a folder, renewed with the same key.

trustme would do, but its CA lives to the year 3000 and cannot be told otherwise, and some clients refuse that; so
`certificates` makes them of `cryptography`, which is there anyway.
"""

import ssl
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.proxy import atomic_files as storage
from mockserver.proxy.certificates import DAY, ca_certificate, ends_at, host_certificate, is_ours, new_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

RENEWED = 30 * DAY
"""A certificate with less time left than this, in seconds, is made anew."""
_HOSTS_KEPT = 64


class AuthorityError(Exception):
    """There is no CA to be had; the message says which file, what is wrong with it and what to try."""


class Authority:
    """The CA of a folder.

    Args:
        folder: where it is kept; the user's data directory where it is None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._chosen = folder
        self._contexts: dict[str, tuple[int, ssl.SSLContext]] = {}
        self._one_at_a_time = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        if self._chosen is not None:
            return self._chosen
        from platformdirs import user_data_path

        return user_data_path("recmock", appauthor=False)

    @property
    def _file(self) -> Path:
        """The key and the certificate in one file: a pair in two files can be torn apart."""
        return self.folder / "ca-key.pem"

    def certificate_pem(self, now: int) -> bytes:
        """Return the CA's certificate, which is made or renewed if need be.

        Args:
            now: seconds since 1970.

        Raises:
            AuthorityError: where it cannot.
        """
        from cryptography.hazmat.primitives.serialization import Encoding

        return self._opened(now)[1].public_bytes(Encoding.PEM)

    def context(self, host: str, now: int) -> ssl.SSLContext:
        """Return a server's TLS context for a host of Twilio's; the same one until its certificate ages.

        Args:
            now: seconds since 1970.

        Raises:
            AuthorityError: where there is no CA to sign it.
        """
        with self._one_at_a_time:
            kept = self._contexts.get(host)
            if kept is not None and now < kept[0]:
                return kept[1]
            ca_key, ca = self._opened(now)
            key = new_key()
            certificate = host_certificate(host, key, ca, ca_key, now)
            context = _serving(_pem(key, certificate))
            if len(self._contexts) >= _HOSTS_KEPT:
                self._contexts.clear()
            self._contexts[host] = (ends_at(certificate) - RENEWED + 1, context)
            return context

    def _opened(self, now: int) -> tuple["EllipticCurvePrivateKey", "Certificate"]:
        try:
            kept = storage.read(self._file)
            if kept is None:
                key = new_key()
                storage.write_once(self._file, _pem(key, ca_certificate(key, now)))
                kept = storage.read(self._file)  # another process may have been first
            key, certificate = _parsed(self._file, kept or b"")
            if ends_at(certificate) - now < RENEWED:
                # The same key and subject: what trusts the old certificate trusts the new one's, and two
                # processes that renew at once do each other no harm.
                certificate = ca_certificate(key, now)
                storage.replace(self._file, _pem(key, certificate))
        except storage.StorageError as wrong:
            raise AuthorityError(str(wrong)) from None
        return key, certificate


def _pem(key: "EllipticCurvePrivateKey", certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def _parsed(file: Path, content: bytes) -> tuple["EllipticCurvePrivateKey", "Certificate"]:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        key = load_pem_private_key(content, password=None)
        certificate = load_pem_x509_certificate(content)
    except (ValueError, TypeError):  # TypeError: a key with a password
        raise _foreign(file, "something else") from None
    if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise _foreign(file, "a certificate with another key")
    if not is_ours(certificate):
        raise _foreign(file, "another CA's")
    return key, certificate


def _foreign(file: Path, found: str) -> AuthorityError:
    again = "Remove it, and a new one is made; or choose another folder with --data-dir"
    return AuthorityError(f"expected the key and certificate of recmock's own CA in {file}, found {found}. {again}.")


def _serving(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    with tempfile.TemporaryDirectory(prefix="recmock-") as folder:  # ssl reads keys from files only
        file = Path(folder, "host.pem")
        file.write_bytes(pem)
        context.load_cert_chain(file)
    return context
