import pytest

from mockserver.rest.headers import (
    Header,
    ResponseMetadata,
    build_reason_header,
    build_warning_header,
    encode_headers,
)
from mockserver.rest.representations.wires import Wire
from mockserver.server.response import Response


@pytest.mark.parametrize("wire", list(Wire))
def test_response_metadata_encodes_same_as_its_headers(wire: Wire) -> None:
    metadata = ResponseMetadata(wire, b"RQ" + b"0" * 32, 0.0125)
    assert metadata.to_bytes() == encode_headers(metadata.to_headers())
    counted = metadata.with_concurrent_requests(12)
    assert counted.to_bytes() == encode_headers(counted.to_headers())
    assert counted.to_headers() == ((b"twilio-concurrent-requests", b"12"), *metadata.to_headers()[1:])


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\n\rb"])
def test_header_value_with_line_break_raises_value_error(value: bytes) -> None:
    with pytest.raises(ValueError, match="of one line each"):
        encode_headers([(b"x-mock-reason", value)])


def test_long_explanation_is_cut_after_it_is_escaped() -> None:
    assert build_reason_header("x" * 500) == (b"x-mock-reason", b"x" * 500)
    assert build_reason_header("x" * 501) == (b"x-mock-reason", b"x" * 497 + b"...")
    name, value = build_warning_header("\N{SNOWMAN}" * 500)
    assert (name, len(value), value[-3:]) == (b"x-mock-warning", 500, b"...")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ~ text", b"plain ~ text"),
        ("two\r\nlines", b"two\\r\\nlines"),
        ("tab\t and \x7f", b"tab\\t and \\x7f"),
        ("Gr\u00fc\u00dfe", b"Gr\\xfc\\xdfe"),
        ("\ud800", b"\\ud800"),
        ("", b""),
    ],
)
def test_characters_that_no_header_has_are_escaped(text: str, expected: bytes) -> None:
    assert build_warning_header(text) == (b"x-mock-warning", expected)


@pytest.mark.parametrize("status", [200, 204, 304, 404])
@pytest.mark.parametrize("media_type", [None, b"application/json"])
@pytest.mark.parametrize("headers", [(), ((b"x-mock-warning", b"a"),)])
def test_encoded_headers_of_a_response_are_its_headers(
    status: int, media_type: bytes | None, headers: tuple[Header, ...]
) -> None:
    response = Response(status, b"{}", media_type, headers)
    assert response.encode_headers() == encode_headers(response.build_headers())
