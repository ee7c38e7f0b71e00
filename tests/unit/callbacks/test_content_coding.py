import gzip
import zlib

import pytest

from mockserver.callbacks.content_coding import decode_body

TEXT = b"<Response><Say>hello hello</Say></Response>"
RAW = zlib.compressobj(wbits=-15)
RAW_DEFLATE = RAW.compress(TEXT) + RAW.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, None),
        (TEXT, " Identity "),
        (TEXT, ""),
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "X-GZIP"),
        (zlib.compress(TEXT), "deflate"),
        (RAW_DEFLATE, "deflate"),
    ],
)
def test_body_is_decoded(body: bytes, coding: str | None) -> None:
    assert decode_body(body, coding, 1000) == TEXT
    assert decode_body(body, coding, 5) == TEXT[:5]


def test_bomb_is_not_unpacked() -> None:
    assert decode_body(gzip.compress(b"x" * 10_000_000, mtime=0), "gzip", 100) == b"x" * 100


@pytest.mark.parametrize(
    ("body", "coding", "message"),
    [
        (TEXT, "br", r"found 'br'"),
        (TEXT, "gzip, gzip", r"found 'gzip, gzip'"),
        (TEXT, "gzip", r"expected a body in gzip, found other bytes: "),
        (gzip.compress(TEXT, mtime=0)[:-9], "gzip", r"expected a whole body in gzip, found its beginning only"),
        (b"", "deflate", r"expected a whole body in deflate"),
    ],
)
def test_body_in_another_coding_is_refused(body: bytes, coding: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_body(body, coding, 1000)
