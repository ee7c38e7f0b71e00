"""`recmock keys`: prints the key pair of encrypted recordings."""

from generators.content.encryption_details import load_private_key


def print_keys() -> int:
    """Print the test key pair as PEM: the private key that decrypts, then the public key. It is not a secret."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    private = load_private_key()
    public = load_pem_private_key(private.encode(), password=None).public_key()
    print(private, end="")
    print(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(), end="")
    return 0
