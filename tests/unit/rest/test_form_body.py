"""Which bodies are forms, and what is in them."""

import pytest

from mockserver.rest.form_body import FormBody, get_media_type, read_form

URLENCODED = b"application/x-www-form-urlencoded"
MULTIPART = b"multipart/form-data; boundary=xx"
STATUS = b'Content-Disposition: form-data; name="Status"\r\n\r\npaused'


def read(body: bytes, content_type: bytes | None = URLENCODED, encoding: bytes | None = None) -> FormBody:
    headers = [(b"host", b"x")]
    headers += [] if content_type is None else [(b"content-type", content_type)]
    headers += [] if encoding is None else [(b"content-encoding", encoding)]
    return read_form(body, headers)


def make_multipart(*parts: bytes, end: bytes = b"--xx--\r\n") -> bytes:
    return b"".join(b"--xx\r\n%s\r\n" % part for part in parts) + end


@pytest.mark.parametrize(
    ("body", "content_type", "encoded"),
    [
        (b"", URLENCODED, b""),
        (b"Status=paused&a=", URLENCODED, b"Status=paused&a="),
        (b"a=%C3%A9", b"Application/X-WWW-Form-URLEncoded ; Charset=UTF-8", b"a=%C3%A9"),
        (b"a=%E9", URLENCODED + b'; charset="ISO-8859-1"', b"a=%C3%A9"),
        (b"a=b+c", URLENCODED + b"; charset=windows-1252", b"a=b+c"),
        (b"a=b", URLENCODED + b"; charset=us-ascii", b"a=b"),
        (b"a=b", URLENCODED + b"; charset=nonsense", b"a=b"),
        (b"a=b", URLENCODED + b"; charset=base64", b"a=b"),
        (b"a=b", URLENCODED + b"; charset=a\0b", b"a=b"),
        (b"a=%E9", URLENCODED + b"; charset=idna", b"a=%E9"),
        (b"a=%5Cud800", URLENCODED + b"; charset=unicode_escape", b"a=%5Cud800"),
        (b"a=%5Cx", URLENCODED + b"; charset=Raw-Unicode-Escape", b"a=%5Cx"),
        (b"a=%2B2AA-b", URLENCODED + b"; charset=utf-7", b"a=%3Fb"),
        (make_multipart(STATUS), MULTIPART, b"Status=paused"),
        (make_multipart(STATUS), b'Multipart/Form-Data; charset=utf-8; BOUNDARY="xx"', b"Status=paused"),
        (make_multipart(STATUS, STATUS) + b"epilogue", MULTIPART, b"Status=paused&Status=paused"),
        (make_multipart(STATUS.replace(b"paused", b"a=b&\xc3\xa9\r\n")), MULTIPART, b"Status=a%3Db%26%C3%A9%0D%0A"),
        (
            make_multipart(STATUS.replace(b"\r\n\r\npaused", b"\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj")),
            MULTIPART,
            b"Status=abc",
        ),
        (b"--xx--\r\n", MULTIPART, b""),
    ],
)
def test_form_is_read_by_its_content_type(body: bytes, content_type: bytes, encoded: bytes) -> None:
    assert read(body, content_type) == FormBody(encoded)


@pytest.mark.parametrize("body", [b"", b"Status=paused"])
def test_identity_encoding_changes_nothing(body: bytes) -> None:
    assert read(body, encoding=b" Identity") == FormBody(body)


@pytest.mark.parametrize("content_type", [None, b"application/json"])
def test_empty_body_needs_no_content_type(content_type: bytes | None) -> None:
    assert read(b"", content_type) == FormBody()


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "found"),
    [
        (b'{"Status": "paused"}', b"application/json", None, "application/json"),
        (b"{}", b"Application/JSON; charset=utf-8", None, "application/json"),
        (b"Status=paused", b"text/plain", None, "text/plain"),
        (b"Status=paused", b"x" * 100, None, "x" * 80),
        (b"Status=paused", None, None, "a body without Content-Type"),
        (b"Status=paused", b"", None, "a body without Content-Type"),
        (b"\x1f\x8b\x08", URLENCODED, b"GZIP", "gzip"),
        (b"\x1f\x8b\x08", URLENCODED, None, "gzip"),
        (b"x", URLENCODED, b"br", "br"),
        (b"\x1f\x8b\x08", MULTIPART, b"gzip", "gzip"),
        (b"\xef\xbb\xbfStatus=paused", URLENCODED, None, "a byte order mark"),
        ("\ufeffStatus=paused".encode("utf-16-le"), URLENCODED, None, "a byte order mark"),
        ("\ufeffStatus=paused".encode("utf-16-be"), URLENCODED, None, "a byte order mark"),
        (b"\xef\xbb\xbf" + make_multipart(STATUS), MULTIPART, None, "a byte order mark"),
        ("a=b".encode("utf-16-le"), URLENCODED + b"; charset=utf-16le", None, "charset=utf-16le"),
        (make_multipart(STATUS), b"multipart/form-data", None, "multipart/form-data without a boundary"),
        (make_multipart(STATUS, end=b""), MULTIPART, None, "multipart/form-data without its last boundary"),
        (make_multipart(STATUS), b"multipart/mixed; boundary=xx", None, "multipart/mixed"),
    ],
)
def test_other_body_is_ignored(body: bytes, content_type: bytes | None, encoding: bytes | None, found: str) -> None:
    expected = FormBody(warnings=(f"The body was ignored: expected a form, found {found}.",))
    assert expected == read(body, content_type, encoding)


@pytest.mark.parametrize(
    "body", [b"Status=paused", make_multipart(b"X: y\r\n\r\npaused"), make_multipart(STATUS).replace(b"\r\n", b"\n")]
)
def test_malformed_multipart_body_is_ignored(body: bytes) -> None:
    found = read(body, MULTIPART)
    assert found.encoded == b""
    assert found.warnings[0].startswith(
        "The body was ignored: expected a form, found multipart/form-data that is malformed ("
    )


def test_file_in_multipart_body_is_ignored_alone() -> None:
    part = STATUS.replace(b"\r\n\r\n", b'; filename="status.txt"\r\nContent-Type: text/plain\r\n\r\n')
    found = read(make_multipart(part, STATUS.replace(b"Status", b"Other")), MULTIPART)
    assert found == FormBody(b"Other=paused", ("'Status' is a file instead of a field, and was ignored.",))


def test_media_type_has_no_parameters() -> None:
    assert get_media_type([(b"content-type", MULTIPART.upper())]) == "multipart/form-data"
    assert get_media_type([]) == ""
