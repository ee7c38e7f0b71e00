"""URLs in documents, which may be relative."""

import re
from urllib.parse import quote, urljoin, urlsplit

from mockserver.twiml.problems import TwimlProblem, build_problem

_CURRENT_DOCUMENT = ("", "#")
_SCHEMES = ("http", "https")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ALLOWED = "!#$%&'()*+,/:;=?@[]~"
"""What `quote` leaves alone besides letters, digits and `_.-`: URLs are quoted already, or not at all."""


def resolve_url(reference: str | None, base: str | None) -> str | None:
    """Return the absolute http or https URL of a reference, or None if there is none.

    Args:
        reference: None, empty and `#` are the current document itself.
        base: the URL of the current document, or None if it was a parameter `Twiml`.
    """
    text = quote((reference or "").strip(), safe=_ALLOWED, errors="replace")
    if text in _CURRENT_DOCUMENT:
        return base
    try:
        url = text if _SCHEME.match(text) else urljoin(base or "", text)
        return url if _is_absolute(url) else None
    except ValueError:  # such as http://[ or a port that is no number
        return None


def explain_unresolved(verb: str, reference: str | None, base: str | None) -> TwimlProblem:
    """Return the problem of a reference that `resolve_url` cannot resolve.

    Twilio does this (WIRE-CALLS §1.4): a relative action in a document without a URL is 15004, no action is 11100.
    """
    found = (reference or "").strip()[:200]
    if base is not None or "://" in found:
        return build_problem(11100, f"<{verb}>: expected an http or https URL, found {found!r}")
    expectation = "expected an absolute URL, because the document is a parameter and has no URL of its own"
    if found in _CURRENT_DOCUMENT:
        return build_problem(11100, f"<{verb}>: {expectation}, found none")
    return build_problem(15004, f"<{verb}>: {expectation}, found {found!r}")


def has_other_scheme(reference: str) -> bool:
    """Return True if a URL has a scheme, and it is neither http nor https."""
    scheme = _SCHEME.match(reference)
    return scheme is not None and scheme[1].lower() not in _SCHEMES


def _is_absolute(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in _SCHEMES and parts.hostname is not None and parts.port != 0
