from mockserver.callbacks.signature import build_signed_text, compute_signature


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
