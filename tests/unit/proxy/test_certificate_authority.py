import multiprocessing
import os
import ssl
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from mockserver.proxy import atomic_files as storage
from mockserver.proxy.certificate_authority import AuthorityError, CertificateAuthority
from mockserver.proxy.certificates import (
    DAY,
    create_ca_certificate,
    create_host_certificate,
    create_key,
    get_expiry_time,
    is_issued_by_recmock,
)
from tests.harness import T0


def load_certificate(authority: CertificateAuthority, now: int = T0) -> x509.Certificate:
    return x509.load_pem_x509_certificate(authority.get_certificate_pem(now))


def perform_handshake(context: ssl.SSLContext, authority: CertificateAuthority, host: str) -> ssl.SSLObject:
    """Do a handshake in memory as a strict client that trusts this authority only, and return the client's side."""
    client_context = ssl.create_default_context(cadata=authority.get_certificate_pem(T0).decode())
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=host)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client


def test_key_file_is_readable_only_by_owner(tmp_path: Path) -> None:
    CertificateAuthority(tmp_path / "new" / "folder").get_certificate_pem(T0)
    file = tmp_path / "new" / "folder" / "ca-key.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["ca-key.pem"]


def test_same_folder_gives_same_authority(tmp_path: Path) -> None:
    assert CertificateAuthority(tmp_path).get_certificate_pem(T0) == CertificateAuthority(tmp_path).get_certificate_pem(
        T0 + 5 * 365 * DAY - 30 * DAY
    )


def test_default_folder_is_user_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, appauthor: tmp_path / name)
    assert CertificateAuthority().folder == tmp_path / "recmock"


def test_expiring_certificate_is_renewed_with_same_key(tmp_path: Path) -> None:
    before = load_certificate(CertificateAuthority(tmp_path))
    after = load_certificate(CertificateAuthority(tmp_path), T0 + 5 * 365 * DAY - 29 * DAY)
    assert get_expiry_time(after) > get_expiry_time(before)
    assert after.public_key() == before.public_key()
    assert after.subject == before.subject


def test_certificate_is_valid_for_five_years(tmp_path: Path) -> None:
    certificate = load_certificate(CertificateAuthority(tmp_path))
    assert get_expiry_time(certificate) == T0 + 5 * 365 * DAY
    assert certificate.not_valid_before_utc.timestamp() == T0 - DAY


def test_authority_can_sign_only_for_twilio_com(tmp_path: Path) -> None:
    constraints = load_certificate(CertificateAuthority(tmp_path)).extensions.get_extension_for_class(
        x509.NameConstraints
    )
    assert constraints.critical
    assert constraints.value.permitted_subtrees == [x509.DNSName("twilio.com")]


def test_write_once_keeps_first_content(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        storage.write_once(tmp_path / "file", content)
    assert (tmp_path / "file").read_bytes() == b"first"
    assert len(list(tmp_path.iterdir())) == 1


def create_certificate_pem(folder: str) -> bytes:
    return CertificateAuthority(Path(folder)).get_certificate_pem(T0)


def test_concurrent_processes_get_same_authority(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as pool:
        assert len(set(pool.map(create_certificate_pem, [str(tmp_path)] * 8))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ca-key.pem"]


@pytest.mark.parametrize("host", ["api.twilio.com", f"{'a' * 63}.{'b' * 20}.twilio.com"])
def test_strict_client_accepts_host_certificate(tmp_path: Path, host: str) -> None:
    # The certificate starts now: a handshake uses the machine's clock.
    authority = CertificateAuthority(tmp_path)
    client = perform_handshake(authority.create_context(host, T0), authority, host)
    assert client.getpeercert()["subjectAltName"] == (("DNS", host),)  # type: ignore[index]


def test_host_context_is_cached_until_certificate_expires_soon(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    context = authority.create_context("api.twilio.com", T0)
    assert authority.create_context("api.twilio.com", T0 + 335 * DAY) is context
    assert authority.create_context("api.twilio.com", T0 + 336 * DAY) is not context
    assert authority.create_context("video.twilio.com", T0) is not context


def test_host_context_cache_is_limited(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    first = authority.create_context("0.twilio.com", T0)
    for number in range(1, 65):
        authority.create_context(f"{number}.twilio.com", T0)
    assert authority.create_context("0.twilio.com", T0) is not first


def test_host_certificate_expires_no_later_than_authority() -> None:
    ca_key, key = create_key(), create_key()
    ca = create_ca_certificate(ca_key, T0)
    certificate = create_host_certificate("api.twilio.com", key, ca, ca_key, T0 + 5 * 365 * DAY - DAY)
    assert get_expiry_time(certificate) == get_expiry_time(ca)


def encode_key(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes | None = None) -> bytes:
    protection = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


def create_foreign_authority() -> bytes:
    key = create_key()
    own_certificate = create_ca_certificate(key, T0)
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Somebody")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    builder = builder.not_valid_before(own_certificate.not_valid_before_utc).not_valid_after(
        own_certificate.not_valid_after_utc
    )
    from cryptography.hazmat.primitives.hashes import SHA256

    certificate = builder.sign(key, SHA256())
    assert not is_issued_by_recmock(certificate)
    return encode_key(key) + certificate.public_bytes(Encoding.PEM)


def create_own_certificate() -> bytes:
    return create_ca_certificate(create_key(), T0).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "something else"),
        (b"\xff\x00", "something else"),
        (create_own_certificate(), "something else"),
        (encode_key(create_key()), "something else"),
        (encode_key(create_key(), b"secret") + create_own_certificate(), "something else"),
        (encode_key(create_key()) + create_own_certificate(), "a certificate with another key"),
        (
            encode_key(rsa.generate_private_key(65537, 2048)) + create_own_certificate(),
            "a certificate with another key",
        ),
        (create_foreign_authority(), "another CA's"),
    ],
    ids=["empty", "bytes", "no key", "no certificate", "password", "other key", "rsa", "foreign"],
)
def test_foreign_authority_file_raises_error_and_is_kept(tmp_path: Path, content: bytes, found: str) -> None:
    file = tmp_path / "ca-key.pem"
    file.write_bytes(content)
    with pytest.raises(
        AuthorityError, match=f"recmock's own CA in {file}, found {found}. Remove the file to create a new CA"
    ):
        CertificateAuthority(tmp_path).create_context("api.twilio.com", T0)
    assert file.read_bytes() == content


def test_folder_that_is_a_file_raises_authority_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AuthorityError, match=r"cannot read .*ca-key.pem: Not a directory. Choose another folder"):
        CertificateAuthority(tmp_path / "file").get_certificate_pem(T0)


def test_unwritable_file_raises_authority_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_permission_error(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as context:
        context.setattr(os, "link", raise_permission_error)
        with pytest.raises(AuthorityError, match=r"cannot write .*ca-key.pem: Operation not permitted"):
            CertificateAuthority(tmp_path).get_certificate_pem(T0)
    assert list(tmp_path.iterdir()) == []
    CertificateAuthority(tmp_path).get_certificate_pem(T0)
    monkeypatch.setattr(Path, "replace", raise_permission_error)
    with pytest.raises(AuthorityError, match=r"cannot write .*ca-key.pem: Operation not permitted"):
        CertificateAuthority(tmp_path).get_certificate_pem(T0 + 5 * 365 * DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["ca-key.pem"]
