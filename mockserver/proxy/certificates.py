"""The certificates of the local CA, for itself and for a host, as strict clients require them.

Python 3.13 (`VERIFY_X509_STRICT`), Go and Java require critical basic constraints and key usage, key identifiers
on both certificates, a subject alternative name, and a realistic lifetime.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509 import Certificate, CertificateBuilder, KeyUsage, Name

DAY = 24 * 3600
"""Seconds."""
ORGANIZATION = "recmock"
_CA_DAYS = 5 * 365
_HOST_DAYS = 365
_BACKDATED_SECONDS = DAY
"""Certificates start this long before now, because clocks in containers lag."""


def create_key() -> "EllipticCurvePrivateKey":
    """Return a new key, of a type that every client supports."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def create_ca_certificate(key: "EllipticCurvePrivateKey", now: int) -> "Certificate":
    """Return a CA certificate for a key. The same key always has the same subject.

    Args:
        now: seconds since the epoch.
    """
    from cryptography import x509

    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    subject = _build_name(f"{ORGANIZATION} local CA {identifier.digest[:4].hex()}")
    # An attacker who steals the key can impersonate Twilio to this machine, but no other host.
    twilio_only = x509.NameConstraints(permitted_subtrees=[x509.DNSName("twilio.com")], excluded_subtrees=None)
    return (
        _start_builder(subject, subject, now, now + _CA_DAYS * DAY)
        .public_key(key.public_key())
        .add_extension(identifier, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_build_key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(twilio_only, critical=True)
        .sign(key, _build_digest_algorithm())
    )


def create_host_certificate(
    host: str, key: "EllipticCurvePrivateKey", ca: "Certificate", ca_key: "EllipticCurvePrivateKey", now: int
) -> "Certificate":
    """Return the certificate of a host. It never outlives the CA's certificate."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    expiry = min(now + _HOST_DAYS * DAY, get_expiry_time(ca))
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return (
        # X.509 allows 64 characters in this name. Clients read the alternative name instead.
        _start_builder(_build_name(host[:64]), ca.subject, now, expiry)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .public_key(key.public_key())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(issuer, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_build_key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(ca_key, _build_digest_algorithm())
    )


def get_expiry_time(certificate: "Certificate") -> int:
    """Return the end of a certificate's validity, in seconds since the epoch."""
    return int(certificate.not_valid_after_utc.timestamp())


def is_issued_by_recmock(certificate: "Certificate") -> bool:
    """Return True if the certificate belongs to a CA that recmock created."""
    from cryptography.x509.oid import NameOID

    attributes = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return [attribute.value for attribute in attributes] == [ORGANIZATION]


def _start_builder(subject: "Name", issuer: "Name", now: int, expiry: int) -> "CertificateBuilder":
    from cryptography import x509

    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(now - _BACKDATED_SECONDS, UTC))
        .not_valid_after(datetime.fromtimestamp(expiry, UTC))
    )


def _build_name(common_name: str) -> "Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION)
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _build_key_usage(*allowed: str) -> "KeyUsage":
    from cryptography import x509

    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in allowed for name in names})


def _build_digest_algorithm() -> "SHA256":
    from cryptography.hazmat.primitives.hashes import SHA256

    return SHA256()
