"""`recmock keys`: print the test key pair of encrypted recordings."""

from generators.content.encryption_details import load_private_key
from mockserver.cli.command import Command, Invocation


def _run(invocation: Invocation) -> int:
    """Print the private key, which decrypts, and then the public key, both as PEM. The keys are not secret."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    private = load_private_key()
    public = load_pem_private_key(private.encode(), password=None).public_key()
    print(private, end="")
    print(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(), end="")
    return 0


COMMAND = Command(_run)
