"""Any answer becomes a script or a TwimlError, in bounded time."""

from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.twiml.acts import Act, Pause, Play, Say
from mockserver.twiml.builtin_documents import find_builtin_document
from mockserver.twiml.durations import measure_seconds
from mockserver.twiml.elements import ELEMENT_TYPES, NAMES
from mockserver.twiml.phone_numbers import normalize_number
from mockserver.twiml.problems import MAX_PROBLEMS, TwimlError
from mockserver.twiml.script import MAX_BYTES, Script, read_script
from mockserver.twiml.urls import resolve_url

KEYS = sorted(ELEMENT_TYPES)
CONTENT_TYPES = st.sampled_from(
    ["text/xml", "text/html; charset=utf-8", "text/plain", "application/json", "audio/wav", "text/xml; charset=utf-16"]
) | st.none() | st.text(max_size=30).map("text/xml; charset={}".format)  # fmt: skip
VALUES = [
    "",
    "true",
    "False",
    "0",
    "5",
    "-1",
    "1e9",
    "9" * 30,
    "GET",
    "put",
    "/next",
    "http://[",
    "dual",
    "#",
    "12",
    "ü",
]
ODD_NAMES = ["zzz", "recordingchannels", "Say", "a.b-c"]


def draw_element(random: Random, key: str, depth: int) -> str:
    """Return an element, mostly with attributes and children that it may have."""
    element_type = ELEMENT_TYPES[key]
    names = {random.choice([*sorted(element_type.attributes), *ODD_NAMES]) for _ in range(random.randrange(5))}
    attributes = "".join(f' {name}="{random.choice(VALUES)}"' for name in sorted(names))
    children = [random.choice([*element_type.children, random.choice(KEYS)]) for _ in range(random.randrange(4))]
    nested = "".join(draw_element(random, child, depth - 1) for child in children) if depth else ""
    name = element_type.name if random.randrange(20) else random.choice(ODD_NAMES)
    return f"<{name}{attributes}>{random.choice(VALUES)}{nested}</{name}>"


def check_script(body: bytes, content_type: str | None) -> Script | None:
    """Check what holds of every answer, and return the script, if there is one."""
    try:
        script = read_script(body, content_type)
    except TwimlError:
        return None
    assert len(script.problems) <= MAX_PROBLEMS
    assert script == msgspec.msgpack.decode(msgspec.msgpack.encode(script), type=Script)
    for act in script.acts:
        assert measure_anything(act) >= 0
    return script


def measure_anything(act: Act) -> float:
    return measure_seconds(act) if isinstance(act, Say | Play | Pause) else 0.0


@given(st.binary(max_size=200), CONTENT_TYPES)
@settings(max_examples=150)
def test_any_bytes(body: bytes, content_type: str | None) -> None:
    check_script(body, content_type)


@given(st.text(max_size=100), CONTENT_TYPES)
def test_any_text_in_a_response(text: str, content_type: str | None) -> None:
    check_script(f"<Response>{text}</Response>".encode(errors="replace"), content_type)


@given(st.integers(0, 2**32))
@settings(max_examples=150)
def test_any_elements_give_a_script(seed: int) -> None:
    random = Random(seed)
    drawn = "".join(draw_element(random, random.choice(KEYS), depth=3) for _ in range(4))
    assert check_script(f"<Response>{drawn}</Response>".encode(), "text/xml") is not None


@given(st.sampled_from([*sorted(NAMES), "Zzz", "recordingchannels"]), st.sampled_from(["", "\n"]), st.booleans())
@settings(max_examples=30)
def test_largest_documents_are_read_in_time(name: str, separator: str, is_nested: bool) -> None:
    """Hypothesis' own time limit for one example fails the test."""
    element = f"<{name} zzz='1'>{separator}"
    closed = element if is_nested else f"{element}</{name}>"
    body = "<Response>" + closed * ((MAX_BYTES - 30) // len(closed)) + "</Response>"
    check_script(body.encode(), "text/xml")


@given(st.text(max_size=40), st.none() | st.sampled_from(["http://a/b?c#d", "https://[::1]:5000/"]))
def test_any_reference_is_resolved_to_http_or_not_at_all(reference: str, base: str | None) -> None:
    url = resolve_url(reference, base)
    assert url is None or url.startswith(("http://", "https://"))


@given(st.text(max_size=40))
def test_any_url_may_be_asked_for_a_builtin_document(text: str) -> None:
    find_builtin_document(f"http://{text}")
    document = find_builtin_document(f"http://twimlets.com/echo?Twiml={text}&Message={text}")
    assert document is None or check_script(document, "text/plain") is not None


@given(st.text(max_size=30))
def test_normalized_number_is_normal(text: str) -> None:
    number = normalize_number(text)
    assert number is None or normalize_number(number) == number
