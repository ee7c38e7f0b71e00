"""Checks a signature that a receiver got, and says which part of the signed text differs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from mockserver.callbacks.request import CallbackRequest, Pairs
from mockserver.callbacks.signature import build_signed_text, compute_signature

_DIGESTS = ("sha1", "sha256")
_PORTS = {"http": "80", "https": "443"}


class SigningKey(NamedTuple):
    """An auth token that may have signed, and the words for its origin."""

    token: str
    description: str


class SentCallback(NamedTuple):
    """What was signed of a callback in the log, with its signature."""

    number: int
    url: str
    parameters: Pairs
    signature: str


class Difference(NamedTuple):
    """A part of what was signed that is another one in what was received."""

    part: Literal["url", "parameter"]
    name: str | None
    """The name of the parameter."""
    signed: str | None
    """None if it was not signed."""
    received: str | None
    """None if it was not received."""


class SignatureCheck(NamedTuple):
    """The result of a check."""

    signed_with: str | None
    """The words for the token that signed; None if that is not known."""
    differences: tuple[Difference, ...]
    callback: int | None
    """The number of the callback with this signature."""


def check_signature(
    url: str, parameters: Pairs, signature: str, keys: Sequence[SigningKey], sent: Iterable[SentCallback]
) -> SignatureCheck:
    """Return which token signed what was received, and what differs from the signed text.

    Args:
        sent: callbacks of the log, of which the first with this signature counts.
    """
    for text in (build_signed_text(url, parameters), build_expected_text(url, parameters)):
        if (key := _find_key(text, signature, keys)) is not None:
            return SignatureCheck(key.description, (), None)
    known = next((callback for callback in sent if callback.signature == signature), None)
    if known is not None:
        return SignatureCheck(None, tuple(_compare(known, url, parameters)), known.number)
    for variant, pairs in _iter_variants(url, parameters):
        key = _find_key(build_signed_text(variant, pairs), signature, keys)
        if key is not None:
            differs = _compare(SentCallback(-1, variant, pairs, signature), url, parameters)
            return SignatureCheck(key.description, tuple(differs), None)
    return SignatureCheck(None, (), None)


def build_expected_text(url: str, parameters: Pairs) -> str:
    """Return what Twilio signs for a URL with these parameters in the body: over https without the port."""
    return CallbackRequest.build_signed("POST", url, parameters, token="", idempotency_token="").signed_text


def _find_key(text: str, signature: str, keys: Sequence[SigningKey]) -> SigningKey | None:
    for key in keys:
        for digest in _DIGESTS:
            if compute_signature(key.token, text, digest) == signature:
                return key
    return None


def _iter_variants(url: str, parameters: Pairs) -> Iterator[tuple[str, Pairs]]:
    """Yield what apps usually take for another thing: behind a proxy, after a redirect, or with another framework."""
    for variant in dict.fromkeys(_iter_url_variants(url)):
        yield variant, parameters
        yield variant, ()


def _iter_url_variants(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address
        return
    host = parts.netloc.rpartition(":")[0] if parts.netloc.rpartition(":")[2].isdigit() else parts.netloc
    other_path = parts.path.removesuffix("/") if parts.path.endswith("/") else f"{parts.path}/"
    for scheme in (parts.scheme, *(scheme for scheme in _PORTS if scheme != parts.scheme)):
        for place in (parts.netloc, host, f"{host}:{_PORTS.get(scheme, '')}"):
            for path in (parts.path, other_path):
                for query in (parts.query, ""):
                    yield urlunsplit((scheme, place, path, query, ""))


def _compare(sent: SentCallback, url: str, parameters: Pairs) -> Iterator[Difference]:
    if sent.url != url:
        yield Difference("url", None, sent.url, url)
    signed, received = set(sent.parameters), set(parameters)
    for name in sorted({name for name, _ in signed ^ received}):
        own, other = (sorted(value for key, value in pairs if key == name) for pairs in (signed, received))
        yield Difference("parameter", name, ", ".join(own) if own else None, ", ".join(other) if other else None)
