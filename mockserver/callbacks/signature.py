"""X-Twilio-Signature, as the validators of the official SDKs compute it."""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit

_FORBIDDEN = 403


def build_signed_text(url: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return the string to sign: the URL, then names and values without separators.

    Pairs are sorted case-sensitively by name, then by value. A repeated pair is signed once.

    Args:
        url: the URL as requested, with its query and without a fragment.
        parameters: the parameters of the body; empty for GET.
    """
    return url + "".join(name + value for name, value in sorted(set(parameters)))


def compute_signature(token: str, text: str) -> str:
    """Return the HMAC-SHA1 of a string under an account's auth token, in Base64."""
    return b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def advise_on_refusal(status: int | None, url: str) -> str:
    """Return what helps after an answer of 403, with which most apps refuse a signature; nothing after another one."""
    if status != _FORBIDDEN:
        return ""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return f". If it checks signatures, compare the URL that it uses: this request is signed for {origin}"
