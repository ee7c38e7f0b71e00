"""A medium encrypted with AES-256-GCM, with its 16-byte tag at the end: what Twilio serves for encrypted recordings."""

from collections.abc import Iterator

from generators.audio.wav import Medium

_BLOCK_SIZE = 16
_TAG_SIZE = 16
_FIRST_COUNTER = 2
"""GCM encrypts with the counter from 2 on (NIST SP 800-38D §7.1), so any range can be encrypted by itself."""


class EncryptedMedium:
    """An encrypted medium.

    Args:
        plain: the medium to encrypt.
        key: 32 bytes.
        iv: 12 bytes.
    """

    def __init__(self, plain: Medium, key: bytes, iv: bytes) -> None:
        self._plain = plain
        self._key = key
        self._iv = iv
        self.length = plain.length + _TAG_SIZE

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop` in chunks.

        The tag needs one pass over the whole medium: it yields no bytes for each piece, so that a reader may give up.
        """
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        size = self._plain.length
        begin = start // _BLOCK_SIZE * _BLOCK_SIZE
        counter = self._iv + (_FIRST_COUNTER + start // _BLOCK_SIZE).to_bytes(4, "big")
        encryptor = Cipher(algorithms.AES(self._key), modes.CTR(counter)).encryptor()
        skip = start - begin
        for piece in self._plain.read(begin, min(stop, size)) if begin < min(stop, size) else ():
            yield encryptor.update(piece)[skip:]
            skip = 0
        if stop > size:
            tagger = Cipher(algorithms.AES(self._key), modes.GCM(self._iv)).encryptor()
            for piece in self._plain.read(0, size):
                tagger.update(piece)
                yield b""
            tagger.finalize()
            yield tagger.tag[max(0, start - size) : stop - size]
