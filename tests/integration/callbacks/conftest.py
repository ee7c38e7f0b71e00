"""Fixtures of tests with real receivers, all on loopback."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mockserver.testing.sink import Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(token="secret") as sink:
        yield sink


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the addresses of the connections so far, a list that grows."""
    hosts: list[str] = []
    connect = httpcore.AnyIOBackend.connect_tcp

    async def record_and_connect(
        self: httpcore.AnyIOBackend, host: str, port: int, **rest: Any
    ) -> httpcore.AsyncNetworkStream:
        hosts.append(host)
        return await connect(self, host, port, **rest)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", record_and_connect)
    return hosts


@pytest.fixture
def resolve_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that makes every name resolve to given addresses."""

    def resolve_to(*addresses: str) -> None:
        def getaddrinfo(host: object, port: int, *_: object, **__: object) -> list[tuple[Any, ...]]:
            kind = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
            return [
                (socket.AF_INET6, *kind, (address, port, 0, 0))
                if ":" in address
                else (socket.AF_INET, *kind, (address, port))
                for address in addresses
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return resolve_to


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a file with a certificate for receiver.test, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver.test")])
    now = datetime.now(UTC)
    signed_certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("receiver.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, no_encryption = serialization.Encoding.PEM, serialization.NoEncryption()
    file = tmp_path / "receiver.pem"
    file.write_bytes(
        signed_certificate.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_encryption)
    )
    return file
