"""Signatures, checked by the real validators of twilio-python and twilio-node."""

from typing import Any
from urllib.parse import parse_qs

from twilio.request_validator import RequestValidator, get_signature_algorithm

from mockserver.callbacks.action_parameters import build_digits_extra, build_speech_extra
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.signature import build_signature_headers, build_signed_text, compute_signature
from mockserver.callbacks.voice_parameters import build_voice_parameters
from tests.node_sdk import validate_signatures

TOKEN = "0123456789abcdef0123456789abcdef"
PARAMETERS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("RecordingStatus", "completed"), ("AccountSid", "AC1"), ("a", "lower"), ("A", "upper"), ("Z", "last")),
    (("Empty", ""), ("Space", "a b  c "), ("Plus", "+1 415"), ("Percent", "100%25"), ("Date", "Wed, 20 Apr +0000")),
    (("Event", "b"), ("Event", "a"), ("Event", "b"), ("Event", ""), ("Events", "c")),
    (("Name", "Müller 東京"), ("Smile", "🙂"), ("Quote", "'\"<&>")),
    build_voice_parameters(
        call_sid="CA1",
        account_sid="AC1",
        from_="+14155550100",
        to="client:zoë",
        status="in-progress",
        direction="inbound",
        extra={**build_digits_extra("12*", "#"), **build_speech_extra("yes, please", 0.9)},
    ),
)
ORIGINS = (
    *("http://127.0.0.1:4567", "http://receiver.test", "https://receiver.test", "https://receiver.test:8443"),
    *("http://receiver.test:80", "https://receiver.test:443"),
)
PATHS = ("", "/", "/hook", "/hook?", "/hook?a=1&b=2", "/hook?q=a%20b+c&empty=", "/bücher?stra ße=ä", "/hook#rc=2")


class MultiDict:
    """A dictionary with repeated keys, as web frameworks pass it to twilio-python."""

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self._pairs = pairs

    def __iter__(self) -> Any:
        return iter([name for name, _ in self._pairs])

    def __len__(self) -> int:
        return len(self._pairs)

    def getlist(self, name: str) -> list[str]:
        """Return all values of a name."""
        return [value for key, value in self._pairs if key == name]


def make_signed_requests() -> list[tuple[CallbackRequest, tuple[tuple[str, str], ...]]]:
    """Return requests of both methods to all URLs, and the parameters that a receiver reads from their bodies."""
    requests = [
        CallbackRequest.build_signed(method, origin + path, pairs, token=TOKEN, idempotency_token="i")
        for method in ("GET", "POST")
        for origin in ORIGINS
        for path in PATHS
        for pairs in PARAMETERS
    ]
    return [(request, parse_pairs(request.body)) for request in requests]


def parse_pairs(form: bytes) -> tuple[tuple[str, str], ...]:
    found = parse_qs(form.decode(), keep_blank_values=True)
    return tuple((name, value) for name, values in found.items() for value in values)


def get_signature(request: CallbackRequest) -> str:
    return dict(request.headers)["x-twilio-signature"]


def test_twilio_python_accepts_callback_signatures() -> None:
    validator = RequestValidator(TOKEN)
    for request, pairs in make_signed_requests():
        assert validator.validate(request.url, MultiDict(pairs), get_signature(request)), request.signed_text


def test_twilio_python_computes_same_signature() -> None:
    for pairs in PARAMETERS:
        expected = RequestValidator(TOKEN).compute_signature("http://a/", MultiDict(pairs))
        assert expected == compute_signature(TOKEN, build_signed_text("http://a/", pairs))


def test_twilio_python_rejects_other_token_url_or_value() -> None:
    signature = compute_signature(TOKEN, build_signed_text("http://a/", [("A", "1")]))
    assert RequestValidator(TOKEN).validate("http://a/", {"A": "1"}, signature)
    assert not RequestValidator("other").validate("http://a/", {"A": "1"}, signature)
    assert not RequestValidator(TOKEN).validate("http://a/b", {"A": "1"}, signature)
    assert not RequestValidator(TOKEN).validate("http://a/", {"A": "2"}, signature)


def test_twilio_node_accepts_only_valid_signatures() -> None:
    cases = [
        (request.url, group_parameters(pairs), get_signature(request)) for request, pairs in make_signed_requests()
    ]
    cases.append(("http://a/", {"A": "2"}, compute_signature(TOKEN, build_signed_text("http://a/", [("A", "1")]))))
    assert [*([True] * (len(cases) - 1)), False] == validate_signatures(cases, TOKEN)


def group_parameters(pairs: tuple[tuple[str, str], ...]) -> dict[str, str | list[str]]:
    """Return parameters as Express does: a list for a repeated name."""
    names = dict.fromkeys(name for name, _ in pairs)
    values = {name: [value for key, value in pairs if key == name] for name in names}
    return {name: found if len(found) > 1 else found[0] for name, found in values.items()}


def test_twilio_python_accepts_hmac_sha256_with_the_header_that_names_it() -> None:
    headers = dict(build_signature_headers(TOKEN, build_signed_text("http://a/", [("A", "1")]), "sha256"))
    algorithm = get_signature_algorithm(headers["x-twilio-webhooks-signature-settings"])
    signature = headers["x-twilio-signature"]
    assert algorithm == "HMAC_SHA256"
    assert RequestValidator(TOKEN).validate("http://a/", {"A": "1"}, signature, algorithm)
    assert not RequestValidator(TOKEN).validate("http://a/", {"A": "1"}, signature)
