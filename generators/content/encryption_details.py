"""Encryption as Twilio does it: AES-256-GCM with a key that is wrapped with RSA-OAEP (SHA-256).

Twilio's tutorial, docs/voice/tutorials/voice-recording-encryption, describes the decryption. All accounts share one
key pair, which is not a secret: `recmock keys` prints it. This module pads OAEP itself, because the padding's seed
must come from the recording to give the same bytes every time.
"""

from hashlib import sha256
from importlib.resources import files

from generators.model import EncryptionDetails
from generators.random_fields import RandomFields
from generators.sids import Kind, SidCipher

_PRIMES = (
    int(
        "eb237e439a83fabd9de381e9e33fe2c9379c8e20fd6aeb22a9894269be666b9eafa2bcb132ef6becd9b7a39f10950a50"
        "8b22557bd62ecaae91313a6c9fc550bd946baf485a422c1c79d10f2d412928e0d37be639e010ea37b7a224e311739842"
        "0fed8a10299c0daab3702dbed967757e64951a1a24cbd6c5fa117c8074743005",
        16,
    ),
    int(
        "c1160683f8a88bea47b2d67bd9349c786ccaf490193cdd081665239bc731b970d4c914c29498d57a4a2c2dfcd8585f75"
        "a2a23ff4f50431ad1a22f79c995a8f7416bb02f91e01b76882229ceed80b75103c764a2b69d00894e844b977529ea718"
        "c9c6acbc63c69623ae9eff05a042057a6c0f0f9c45e27a5b4bec760499dae4fb",
        16,
    ),
)
"""The prime factors of the modulus. They are also in the PEM, but to read it takes 50 ms for the import alone."""
_COEFFICIENT = pow(_PRIMES[1], -1, _PRIMES[0])
_EXPONENT = 65537
_MODULUS_SIZE = 256
"""The number of bytes in the modulus, and in everything that is wrapped with it."""
_HASH_SIZE = 32


def build_encryption_details(cipher: SidCipher, random_fields: RandomFields) -> EncryptionDetails:
    """Return the encryption details of a recording."""
    return EncryptionDetails(
        public_key_sid=cipher.encode(Kind.PUBLIC_KEY, 0),
        content_key=random_fields.content_key,
        encrypted_cek=_wrap_content_key(random_fields.content_key, sha256(random_fields.iv).digest()),
        iv=random_fields.iv,
    )


def load_private_key() -> str:
    """Return the private key of the test key pair, as PEM."""
    return files("generators").joinpath("test_private_key.pem").read_text(encoding="ascii")


def _wrap_content_key(content_key: bytes, seed: bytes) -> bytes:
    """Encrypt a content key: RSAES-OAEP of RFC 8017 §7.1.1, with the given seed and no label."""
    padding = bytes(_MODULUS_SIZE - len(content_key) - 2 * _HASH_SIZE - 2)
    block = sha256(b"").digest() + padding + b"\x01" + content_key
    masked_block = _xor(block, _generate_mask(seed, len(block)))
    masked_seed = _xor(seed, _generate_mask(masked_block, _HASH_SIZE))
    message = int.from_bytes(masked_seed + masked_block, "big")
    return _encrypt(message).to_bytes(_MODULUS_SIZE, "big")


def _encrypt(message: int) -> int:
    """Return the e-th power of a message, modulo each prime and joined as in RFC 8017 §5.1.2: in 3/5 of the time.

    Only the owner of the private key can do this. Here it is known, see above.
    """
    first, second = _PRIMES
    rest = pow(message, _EXPONENT, second)
    return rest + (pow(message, _EXPONENT, first) - rest) * _COEFFICIENT % first * second


def _generate_mask(seed: bytes, length: int) -> bytes:
    """Return a mask of MGF1 with SHA-256."""
    rounds = range(-(-length // _HASH_SIZE))
    return b"".join(sha256(seed + turn.to_bytes(4, "big")).digest() for turn in rounds)[:length]


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(len(left), "big")
