import pytest

from scenarios.endpoints import is_endpoint, normalize_endpoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+15005550006", "+15005550006"),
        (" +1 500-555-0006\n", "+15005550006"),
        ("+1 (500) 555.0006", "+15005550006"),
        ("+1\u00a0500\u00a0555\u00a00006", "+15005550006"),
        (" 15005550006", "+15005550006"),  # a `+` that the client did not encode
        ("15005550006", "+15005550006"),
        ("5005550006", "+15005550006"),
        ("447700900123", "+447700900123"),
        ("12345", "12345"),
        ("client:Ann", "client:Ann"),
        (" Client: Ann ", "client:Ann"),
        ("sip:Ann@Example.COM:5060;transport=tls?x=1", "sip:Ann@example.com:5060"),
        ("SIPS:example.com", "sips:example.com"),
        ("*", "*"),
        ("Anonymous", "anonymous"),
        ("+1-800-FLOWERS", "+1-800-FLOWERS"),
        ("", ""),
    ],
)
def test_endpoint_has_one_form(text: str, expected: str) -> None:
    assert expected == normalize_endpoint(text)
    assert expected == normalize_endpoint(expected)


@pytest.mark.parametrize(
    "text", ["+15005550006", "12345", "(500) 555-0006", "client:ann", "sip:a@b", "sips:b", "Anonymous"]
)
def test_endpoint_is_one_that_a_call_can_have(text: str) -> None:
    assert is_endpoint(text)


@pytest.mark.parametrize(
    "text", ["", "*", "ann", "client:", "client: ", "sip:a b@c", "tel:+1500", "+1500*", "+", "1+2"]
)
def test_text_is_no_endpoint(text: str) -> None:
    assert not is_endpoint(text)
