"""MP3 with 32 kbit/s: frames of a fixed size, encoded in independent segments.

At 8 kHz a frame holds 576 samples and takes 288 bytes. The encoder adds two frames to its input, so each segment
is encoded from two frames less than it should have. So all lengths are known in advance, and any range needs only
its own segments. The samples that are lost are as long as the encoder's delay, which takes their place.
"""

from collections.abc import Iterator
from functools import lru_cache

from generators.audio.wav import Sound

_SAMPLES = 576
_FRAME = 288
_DELAY = 2
"""The number of frames that the encoder adds."""
_SEGMENT = 400
"""The number of frames in a segment: 28.8 seconds. The last segment is longer."""


class Mp3:
    """A sound as an MP3 file."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._frames = max(_DELAY + 1, -(-sound.frames // _SAMPLES))
        self.length = self._frames * _FRAME
        self._last = max(1, self._frames // _SEGMENT) - 1
        self._segment = lru_cache(maxsize=1)(self._encode)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop`, one segment at a time."""
        size = _SEGMENT * _FRAME
        while start < min(stop, self.length):
            number = min(start // size, self._last)
            offset = number * size
            segment = self._segment(number)
            yield segment[start - offset : stop - offset]
            start = offset + len(segment)

    def _encode(self, number: int) -> bytes:
        import lameenc

        first = number * _SEGMENT
        frames = self._frames - first if number == self._last else _SEGMENT
        encoder = lameenc.Encoder()
        encoder.silence()
        encoder.set_bit_rate(32)
        encoder.set_in_sample_rate(8000)
        encoder.set_out_sample_rate(8000)
        encoder.set_channels(self._sound.channels)
        encoder.set_quality(7)
        wanted = (frames - _DELAY) * _SAMPLES
        begin = first * _SAMPLES
        pcm = self._sound.render_pcm(begin, min(begin + wanted, self._sound.frames))
        silence = bytes(wanted * self._sound.frame_size - len(pcm))
        return bytes(encoder.encode(pcm + silence)) + bytes(encoder.flush())
