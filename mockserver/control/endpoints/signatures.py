"""The endpoint that checks a signature: a URL, a body and the header that a receiver got."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta

from mockserver.account.account import Account
from mockserver.callbacks.signature import build_signed_text, compute_signature
from mockserver.callbacks.signature_check import (
    SentCallback,
    SignatureCheck,
    SigningKey,
    build_expected_text,
    check_signature,
)
from mockserver.control.endpoints.endpoint import PathParams, get_account, read_command
from mockserver.control.views.signatures import DifferenceView, SignatureView
from mockserver.server.exchange import Exchange

_MAX_CALLBACKS = 1000
"""The number of the newest callbacks that a signature is compared with."""


class SignatureCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Check the signature of a request that a receiver got."""

    url: Annotated[str, Meta(min_length=1, max_length=16_384)]
    """The URL as the receiver sees it."""
    signature: Annotated[str, Meta(max_length=1000)]
    """The value of `X-Twilio-Signature`."""
    body: Annotated[str, Meta(max_length=65_536)] = ""
    """The form in the body, URL-encoded; empty for GET."""


async def verify_signature(exchange: Exchange, path: PathParams) -> SignatureView:
    account, command = get_account(exchange, path), read_command(exchange, SignatureCommand)
    parameters = tuple(parse_qsl(command.body.strip(), keep_blank_values=True))
    keys = tuple(_iter_keys(account))
    signature = command.signature.strip()
    check = check_signature(command.url, parameters, signature, keys, _iter_sent(account))
    text = build_expected_text(command.url, parameters)
    return SignatureView(
        is_valid=check.signed_with is not None and not check.differences,
        verdict=_describe(check),
        signed_with=check.signed_with,
        callback=check.callback,
        differences=[DifferenceView(**difference._asdict()) for difference in check.differences],
        expected=compute_signature(account.token, text),
        signed_text=text,
    )


def _iter_keys(account: Account) -> Iterator[SigningKey]:
    """Yield the tokens that may have signed, each once: the present one first."""
    tokens = account.state.auth_tokens
    found = {account.token: "the account's auth token" if tokens is None else "the account's primary auth token"}
    if tokens is not None and tokens.secondary is not None:
        found.setdefault(tokens.secondary, "the account's secondary auth token")
    for delivery in account.callbacks:
        found.setdefault(delivery.token, delivery.signer)
    return (SigningKey(token, description) for token, description in found.items())


def _iter_sent(account: Account) -> Iterator[SentCallback]:
    for delivery in islice(reversed([*account.callbacks]), _MAX_CALLBACKS):
        request = delivery.to_request(account.callbacks.settings)
        signature = dict(request.headers).get("x-twilio-signature")
        if signature is None:  # a scenario leaves it out
            continue
        parameters = () if delivery.method == "GET" else delivery.parameters
        url = request.signed_text.removesuffix(build_signed_text("", parameters))
        yield SentCallback(delivery.number, url, parameters, signature)


def _describe(check: SignatureCheck) -> str:
    if check.signed_with is not None and not check.differences:
        return f"Yes: it is signed with {check.signed_with}."
    if check.differences:
        first, *others = check.differences
        part = "the URL" if first.part == "url" else f"the parameter {first.name}"
        more = f", and {len(others)} more" if others else ""
        whose = "" if check.callback is None else f"callback {check.callback} has this signature, but "
        signed = "nothing" if first.signed is None else repr(first.signed[:200])
        received = "nothing" if first.received is None else repr(first.received[:200])
        return f"No: {whose}{part} differs{more}: signed was {signed}, received {received}."
    if check.callback is not None:
        return f"No: callback {check.callback} was sent with this signature, which a scenario made wrong."
    return "No: no auth token of this account has signed this URL and body. Is it signed for another URL or account?"
