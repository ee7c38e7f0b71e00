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


def compute_signature(token: str, text: str, digest: str = "sha1") -> str:
    """Return the HMAC of a string under an account's auth token, in Base64."""
    return b64encode(hmac.digest(token.encode(), text.encode(), digest)).decode()


def build_signature_headers(token: str, text: str, fault: str | None = None) -> tuple[tuple[str, str], ...]:
    """Return the headers that hold a signature.

    Args:
        fault: None for Twilio's signature. `wrong` signs with another token, `missing` does not sign, and `sha256`
            signs as Twilio does for accounts with a shared key.
    """
    if fault is None:
        return (("x-twilio-signature", compute_signature(token, text)),)
    if fault == "wrong":
        return (("x-twilio-signature", compute_signature(f"not {token}", text)),)
    if fault == "missing":
        return ()
    return (
        ("x-twilio-signature", compute_signature(token, text, "sha256")),
        ("x-twilio-webhooks-signature-settings", f"key={_derive_key_name(token)},algorithm=HMAC_SHA256"),
    )


def describe_signer(signer: str, fault: str | None) -> str:
    """Return what signs a callback: the description of a token's owner, and what is wrong with the signature."""
    if fault is None:
        return signer
    return {"wrong": f"another token than {signer}", "missing": "nothing", "sha256": f"{signer} (HMAC-SHA256)"}[fault]


def _derive_key_name(token: str) -> str:
    return f"webhooks_sharedkey_{hmac.digest(token.encode(), b'shared key', 'md5').hex()}"


def advise_on_refusal(status: int | None, url: str) -> str:
    """Return what helps after an answer of 403, with which most apps refuse a signature; nothing after another one."""
    if status != _FORBIDDEN:
        return ""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return f". If it checks signatures, compare the URL that it uses: this request is signed for {origin}"
