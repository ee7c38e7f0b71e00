"""Small PNG files: a screenshot with a palette of its 256 most frequent colours takes a third of its size."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB, _INDEXED = 2, 3
"""Types of colour."""
_MAX_COLORS = 256

Color = tuple[int, int, int]


def encode_with_palette(png: bytes) -> bytes:
    """Return a picture with a palette. Rare colours become the nearest frequent one.

    Args:
        png: a picture with 8 bits for each of red, green and blue, and without interlacing.
    """
    width, height, rows = decode_rows(png)
    pixels = [[*zip(row[0::3], row[1::3], row[2::3], strict=True)] for row in rows]
    counts = Counter(pixel for row in pixels for pixel in row)
    palette = [color for color, _ in counts.most_common(_MAX_COLORS)]
    indices = {color: number for number, color in enumerate(palette)}
    for color in counts:
        if color not in indices:
            indices[color] = indices[_find_nearest(color, palette)]
    data = b"".join(b"\0" + bytes(indices[pixel] for pixel in row) for row in pixels)
    return b"".join(
        [
            _SIGNATURE,
            encode_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _INDEXED, 0, 0, 0)),
            encode_chunk(b"PLTE", bytes(value for color in palette for value in color)),
            encode_chunk(b"IDAT", zlib.compress(data, 9)),
            encode_chunk(b"IEND", b""),
        ]
    )


def decode_rows(png: bytes) -> tuple[int, int, list[bytes]]:
    """Return the width, the height and the rows of a picture: three bytes for each pixel.

    Raises:
        ValueError: if it is not 8 bits for each of red, green and blue.
    """
    chunks = [*_list_chunks(png)]
    width, height, depth, color_type, _, _, interlacing = struct.unpack(">IIBBBBB", chunks[0][1])
    if (depth, color_type, interlacing) != (8, _RGB, 0):
        raise ValueError(f"expected 8 bits of RGB, found {depth} bits of type {color_type}")
    data = zlib.decompress(b"".join(content for kind, content in chunks if kind == b"IDAT"))
    rows, before, stride = [], bytes(3 * width), 3 * width + 1
    for start in range(0, height * stride, stride):
        before = _remove_filter(data[start], data[start + 1 : start + stride], before)
        rows.append(before)
    return width, height, rows


def encode_chunk(kind: bytes, content: bytes) -> bytes:
    """Return a part of a PNG file."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _list_chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _remove_filter(kind: int, row: bytes, before: bytes) -> bytes:
    """Return a row without its filter (PNG specification, section 9).

    Args:
        before: the row above it.
    """
    found = bytearray(row)
    for at, value in enumerate(row):
        left, up = (found[at - 3], before[at]) if at >= 3 else (0, before[at])
        upper_left = before[at - 3] if at >= 3 else 0
        predicted = (0, left, up, (left + up) // 2, _predict(left, up, upper_left))[kind]
        found[at] = (value + predicted) & 0xFF
    return bytes(found)


def _predict(left: int, up: int, upper_left: int) -> int:
    """Return what Paeth's filter predicts: the neighbour that is nearest to left + up - upper left."""
    expected = left + up - upper_left
    return min((left, up, upper_left), key=lambda value: abs(expected - value))


def _find_nearest(color: Color, palette: list[Color]) -> Color:
    return min(palette, key=lambda other: sum((a - b) ** 2 for a, b in zip(color, other, strict=True)))
