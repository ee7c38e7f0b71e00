import shutil
import ssl
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from mockserver.proxy.certificate_authority import AuthorityError, CertificateAuthority
from mockserver.proxy.certificates import create_ca_certificate, create_key
from mockserver.proxy.trust_files import JAVA_PASSWORD, write_trust
from tests.harness import T0


def count_certificates(file: Path) -> int:
    return file.read_text().count("BEGIN CERTIFICATE")


def test_bundle_contains_default_authorities_and_own_ca_last(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    files = write_trust(authority, {}, T0)
    own_certificate = authority.get_certificate_pem(T0).decode()
    assert files.certificate.read_text() == own_certificate
    certifi = pytest.importorskip("certifi")
    bundle = files.bundle.read_text()
    assert bundle.endswith(own_certificate)
    assert count_certificates(files.bundle) > count_certificates(Path(certifi.where())) * 0.9
    ssl.create_default_context(cafile=str(files.bundle))


def test_authorities_from_environment_stay_in_bundle(tmp_path: Path) -> None:
    company_certificate = create_ca_certificate(create_key(), T0).public_bytes(Encoding.PEM).decode()
    company_file = tmp_path / "company.pem"
    invalid_contents = ("!", "AAAA", "A")
    blocks = "".join(
        f"-----BEGIN CERTIFICATE-----\n{content}\n-----END CERTIFICATE-----\n" for content in invalid_contents
    )
    company_file.write_text(f"Ours!\n{company_certificate}\n{blocks}")
    authority = CertificateAuthority(tmp_path / "data")
    default_files = write_trust(authority, {"SSL_CERT_FILE": "", "NODE_EXTRA_CA_CERTS": str(tmp_path / "missing")}, T0)
    files = write_trust(authority, {"REQUESTS_CA_BUNDLE": str(company_file)}, T0)
    assert files.bundle != default_files.bundle
    assert count_certificates(files.bundle) == count_certificates(default_files.bundle) + 1
    assert company_certificate in files.bundle.read_text()


def test_authorities_of_own_wgetrc_stay_in_bundle(tmp_path: Path) -> None:
    company_certificate = create_ca_certificate(create_key(), T0).public_bytes(Encoding.PEM).decode()
    (tmp_path / "company.pem").write_text(company_certificate)
    (tmp_path / ".wgetrc").write_text(f"tries = 3\nca_certificate = {tmp_path / 'company.pem'}\n")
    authority = CertificateAuthority(tmp_path / "data")
    files = write_trust(authority, {"HOME": str(tmp_path)}, T0)
    assert company_certificate in files.bundle.read_text()
    assert files.wgetrc.read_text() == f"tries = 3\nca_certificate = {files.bundle}\nuse_proxy = on\n"
    assert write_trust(authority, {"WGETRC": str(files.wgetrc)}, T0) == files


def test_bundle_is_unchanged_when_environment_names_it(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    files = write_trust(authority, {}, T0)
    assert write_trust(authority, {"REQUESTS_CA_BUNDLE": str(files.bundle)}, T0) == files


def test_certificates_are_read_from_folder_when_file_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_verify_paths(capath: str | None) -> SimpleNamespace:
        return SimpleNamespace(cafile=None, capath=capath)

    folder = tmp_path / "certs"
    (folder / "java").mkdir(parents=True)
    certificate = create_ca_certificate(create_key(), T0).public_bytes(Encoding.PEM).decode()
    (folder / "one.pem").write_text(certificate)
    monkeypatch.setitem(sys.modules, "certifi", None)
    monkeypatch.setattr(ssl, "create_default_context", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: make_verify_paths(str(folder)))
    authority = CertificateAuthority(tmp_path / "data")
    assert write_trust(authority, {}, T0).bundle.read_text() == certificate + authority.get_certificate_pem(T0).decode()
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: make_verify_paths(None))
    assert write_trust(authority, {}, T0).bundle.read_text() == authority.get_certificate_pem(T0).decode()


def test_java_trust_store_has_every_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load_unless_own(der: bytes) -> x509.Certificate:
        """Reject a certificate, as cryptography may reject what OpenSSL accepts."""
        if der == own_certificate:
            raise ValueError
        return load_certificate(der)

    authority, load_certificate = CertificateAuthority(tmp_path), x509.load_der_x509_certificate
    own_certificate = ssl.PEM_cert_to_DER_cert(authority.get_certificate_pem(T0).decode())
    monkeypatch.setattr(x509, "load_der_x509_certificate", load_unless_own)
    files = write_trust(authority, {}, T0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old CAs
        store = load_pkcs12(files.java_truststore.read_bytes(), JAVA_PASSWORD.encode())
    assert len(store.additional_certs) == count_certificates(files.bundle) - 1
    if shutil.which("keytool") is None:
        pytest.skip("no keytool to ask, but the entries are there")
    process = subprocess.run(
        ["keytool", "-list", "-keystore", str(files.java_truststore), "-storepass", JAVA_PASSWORD],
        capture_output=True, text=True, check=True, timeout=100,
    )  # fmt: skip
    assert process.stdout.count("trustedCertEntry") == len(store.additional_certs)


def test_existing_files_are_not_rewritten(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    files = write_trust(authority, {}, T0)
    before = files.java_truststore.read_bytes(), files.bundle.stat().st_mtime_ns
    assert write_trust(authority, {}, T0) == files
    assert (files.java_truststore.read_bytes(), files.bundle.stat().st_mtime_ns) == before


def test_renewed_certificate_makes_another_bundle(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    assert write_trust(authority, {}, T0).bundle != write_trust(authority, {}, T0 + 6 * 365 * 86400).bundle


def test_unwritable_file_raises_authority_error(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").mkdir()
    with pytest.raises(
        AuthorityError, match=r"cannot read .*ca.pem: Is a directory. Choose another folder with --data-dir"
    ):
        write_trust(CertificateAuthority(tmp_path), {}, T0)
