"""URLs of a document are resolved against its own."""

import pytest

from mockserver.twiml.urls import explain_unresolved, resolve_url

BASE = "http://127.0.0.1:5000/ivr/voice?a=1"


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        (None, BASE),
        ("", BASE),
        (" # ", BASE),
        ("next", "http://127.0.0.1:5000/ivr/next"),
        ("/next?b=2&c=%20", "http://127.0.0.1:5000/next?b=2&c=%20"),
        ("../next", "http://127.0.0.1:5000/next"),
        ("?b=2", "http://127.0.0.1:5000/ivr/voice?b=2"),
        ("#rc=2", f"{BASE}#rc=2"),
        ("next#rc=2&ct=100", "http://127.0.0.1:5000/ivr/next#rc=2&ct=100"),
        ("//app.example.com/x", "http://app.example.com/x"),
        ("https://app.example.com/x", "https://app.example.com/x"),
        ("\n /next \t", "http://127.0.0.1:5000/next"),
        ("/a b?name=Zoë", "http://127.0.0.1:5000/a%20b?name=Zo%C3%AB"),
        ("/a\nb", "http://127.0.0.1:5000/a%0Ab"),
        ("ftp://a/b", None),
        ("mailto:a@b", None),
        ("http://", None),
        ("http:///next", None),
        ("HTTP://app.example.com/x", "HTTP://app.example.com/x"),
        ("127.0.0.1:5000/x", "http://127.0.0.1:5000/ivr/127.0.0.1:5000/x"),
        ("localhost:5000/x", None),
        ("http://[", None),
        ("http://a:port/", None),
        ("http://a:99999/", None),
        ("http://a:0/", None),
    ],
)
def test_reference_is_resolved(reference: str | None, url: str | None) -> None:
    assert url == resolve_url(reference, BASE)


def test_fragment_of_the_document_is_not_inherited() -> None:
    assert resolve_url("next", "http://a/b#rc=5") == "http://a/next"


@pytest.mark.parametrize(
    ("reference", "code"), [(None, 11100), ("", 11100), ("#", 11100), ("/next", 15004), ("next", 15004)]
)
def test_document_without_a_url_needs_absolute_references(reference: str | None, code: int) -> None:
    assert resolve_url(reference, None) is None
    problem = explain_unresolved("Record", reference, None)
    assert (code, "error") == (problem.code, problem.level)
    assert problem.text.startswith("<Record>: expected an absolute URL")
    assert resolve_url("http://a/b", None) == "http://a/b"


@pytest.mark.parametrize("base", [None, BASE])
def test_reference_of_another_scheme_is_11100(base: str | None) -> None:
    problem = explain_unresolved("Redirect", "ftp://a/b", base)
    assert problem.code == 11100
    assert problem.text == "<Redirect>: expected an http or https URL, found 'ftp://a/b'"
