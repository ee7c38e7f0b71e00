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

_MODULUS = int(
    "b159fd39ddd12bb779a65322ba07719859383b177861b0cec90f9401128cf0d2c85847bdf305e5cc95f824cf6e83f1c3"
    "31979b3abdca408545601df736fdb63adec7b42334d2cf770d1bc682ac90ec070312e917f6dfa911cf4c16a6011c2b00"
    "95d5c802e73eb009005af48e1af904b090c308df7be11bf56cbd508ae66e8b952488ea644b6764992e0930108f4f7df7"
    "621fc67c1d5bc567d9b01b4e77b4f1480428382cf9cfeffc812b6e660e78c809429e6dadf066b2f3b1e22579e3000abb"
    "46d88bc64c63f2b35b133a181322717c3be66fe89adb63f2f06c9987375f5c0c4340d68226819b4b9a215d934543045f"
    "3ee47405b7fb4dc4a893236189f188e7",
    16,
)
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
    return pow(message, _EXPONENT, _MODULUS).to_bytes(_MODULUS_SIZE, "big")


def _generate_mask(seed: bytes, length: int) -> bytes:
    """Return a mask of MGF1 with SHA-256."""
    rounds = range(-(-length // _HASH_SIZE))
    return b"".join(sha256(seed + turn.to_bytes(4, "big")).digest() for turn in rounds)[:length]


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(len(left), "big")
