import pytest

from mockserver.rest.headers import ResponseMetadata, encode_headers
from mockserver.rest.representations.wires import Wire


@pytest.mark.parametrize("wire", list(Wire))
def test_a_stamp_says_the_same_in_headers_and_in_lines(wire: Wire) -> None:
    stamp = ResponseMetadata(wire, b"RQ" + b"0" * 32, 0.0125)
    assert stamp.encode() == encode_headers(stamp.headers())


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\n\rb"])
def test_a_header_of_several_lines_is_not_written(value: bytes) -> None:
    with pytest.raises(ValueError, match="of one line each"):
        encode_headers([(b"x-mock-reason", value)])
