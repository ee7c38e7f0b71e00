"""MP3 with 32 kbit/s: frames of a fixed size, encoded in independent segments.

At 8 kHz a frame holds 576 samples and takes 288 bytes. The encoder adds two frames to its input, so each segment
is encoded from two frames less than it should have. So all lengths are known in advance, and any range needs only
its own segments. The samples that are lost are as long as the encoder's delay, which takes their place.
"""

from collections.abc import Iterator
from functools import lru_cache

from generators.audio.wav import Sound

_SAMPLES_PER_FRAME = 576
_FRAME_SIZE = 288
_DELAY_FRAMES = 2
"""The number of frames that the encoder adds."""
_SEGMENT_FRAMES = 400
"""The number of frames in a segment: 28.8 seconds. The last segment is longer."""


class Mp3:
    """A sound as an MP3 file."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._frame_count = max(_DELAY_FRAMES + 1, -(-sound.frame_count // _SAMPLES_PER_FRAME))
        self.length = self._frame_count * _FRAME_SIZE
        self._last_segment = max(1, self._frame_count // _SEGMENT_FRAMES) - 1
        self._get_segment = lru_cache(maxsize=1)(self._encode_segment)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop`, one segment at a time."""
        size = _SEGMENT_FRAMES * _FRAME_SIZE
        while start < min(stop, self.length):
            number = min(start // size, self._last_segment)
            offset = number * size
            segment = self._get_segment(number)
            yield segment[start - offset : stop - offset]
            start = offset + len(segment)

    def _encode_segment(self, number: int) -> bytes:
        import lameenc

        first = number * _SEGMENT_FRAMES
        frames = self._frame_count - first if number == self._last_segment else _SEGMENT_FRAMES
        encoder = lameenc.Encoder()
        encoder.silence()
        encoder.set_bit_rate(32)
        encoder.set_in_sample_rate(8000)
        encoder.set_out_sample_rate(8000)
        encoder.set_channels(self._sound.channels)
        encoder.set_quality(7)
        wanted = (frames - _DELAY_FRAMES) * _SAMPLES_PER_FRAME
        begin = first * _SAMPLES_PER_FRAME
        pcm = self._sound.render_pcm(begin, min(begin + wanted, self._sound.frame_count))
        silence = bytes(wanted * self._sound.frame_size - len(pcm))
        return bytes(encoder.encode(pcm + silence)) + bytes(encoder.flush())
