import pytest

from mockserver.callbacks.signature import (
    build_signature_headers,
    build_signed_text,
    compute_signature,
    describe_signer,
)


def test_signature_equals_twilios_documented_example() -> None:
    """The token, URL, parameters and signature of Twilio's page on security."""
    parameters = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", "+18005551212"),
    ]
    text = build_signed_text("https://mycompany.com/myapp.php?foo=1&bar=2", parameters)
    assert text == (
        "https://mycompany.com/myapp.php?foo=1&bar=2"
        "CallSidCA1234567890ABCDECaller+14158675310Digits1234From+14158675310To+18005551212"
    )
    assert compute_signature("12345", text) == "GvWf1cFY/Q7PnoempGyD5oXAezc="


def test_signed_text_sorts_by_case_and_drops_repeated_values() -> None:
    assert build_signed_text("u", [("b", "2"), ("B", "1"), ("b", "1"), ("b", "2"), ("a", "")]) == "uB1ab1b2"


@pytest.mark.parametrize(
    ("fault", "signature", "signer"),
    [
        (None, compute_signature("t", "text"), "the token"),
        ("wrong", compute_signature("not t", "text"), "another token than the token"),
        ("missing", None, "nothing"),
        ("sha256", compute_signature("t", "text", "sha256"), "the token (HMAC-SHA256)"),
    ],
)
def test_signature_is_broken_as_wanted(fault: str | None, signature: str | None, signer: str) -> None:
    headers = dict(build_signature_headers("t", "text", fault))
    assert (headers.get("x-twilio-signature"), describe_signer("the token", fault)) == (signature, signer)
    assert ("x-twilio-webhooks-signature-settings" in headers) == (fault == "sha256")
