import pytest

from mockserver.journal import redaction
from tests.journal_entries import ACCOUNT_SID, SECRET, make_basic_auth

ESCAPED_CALLBACK_URL = f"https%3A%2F%2Fme%3A{SECRET}%40example.com%2F%3Fa%3D1"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (*make_basic_auth(), f"Basic {ACCOUNT_SID}:***"),
        (*make_basic_auth(SECRET, ACCOUNT_SID), "Basic ***"),
        (b"Authorization", f"Bearer {SECRET}".encode(), "Bearer ***"),
        (b"authorization", SECRET.encode(), "***"),
        (b"proxy-authorization", f"Digest {SECRET}".encode(), "Digest ***"),
        (b"cookie", f"session={SECRET}; b=2".encode(), "session=***; b=***"),
        (b"cookie", SECRET.encode(), "***"),
        (b"set-cookie", f"session={SECRET}; Path=/".encode(), "session=***; Path=***"),
        (b"x-api-key", SECRET.encode(), "***"),
        (b"X-Auth-Token", SECRET.encode(), "***"),
        (b"referer", f"https://me:{SECRET}@example.com/a".encode(), "https://me:***@example.com/a"),
        (b"user-agent", b"twilio-python/9", "twilio-python/9"),
        (b"i-twilio-idempotency-token", b"1", "1"),
    ],
)
def test_headers_are_shown_without_secrets(name: bytes, value: bytes, expected: str) -> None:
    assert expected == redaction.redact_header(name, value)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"PageSize=2&PageToken=PARE1&DateCreated%3E=2026", "PageSize=2&PageToken=PARE1&DateCreated%3E=2026"),
        (b"a=%2&token=", "a=%2&token="),
        (f"auth_token={SECRET}&PageSize=2".encode(), "auth_token=***&PageSize=2"),
        (
            f"RecordingStatusCallback={ESCAPED_CALLBACK_URL}".encode(),
            "RecordingStatusCallback=https://me:***%40example.com/%3Fa%3D1",
        ),
    ],
)
def test_parameters_are_shown_without_secrets(raw: bytes, expected: str) -> None:
    assert expected == redaction.redact_urlencoded(raw)


def test_redacted_uri_keeps_path() -> None:
    assert redaction.redact_uri(f"/a?password={SECRET}") == "/a?password=***"
    assert redaction.redact_uri("/a") == "/a"


def test_passwords_are_redacted_in_plain_and_escaped_urls() -> None:
    assert redaction.without_passwords(ESCAPED_CALLBACK_URL) == "https%3A%2F%2Fme%3A***%40example.com%2F%3Fa%3D1"
    assert redaction.without_passwords(f"'ftp://me:{SECRET}@x@b/c'") == "'ftp://me:***@b/c'"
    for text in ("mail a:b@c", "http://me@b:80/c", "http://b:80/c@d", "https%3A%2F%2Fb%3A80%2Fc%40d"):
        assert text == redaction.without_passwords(text)
