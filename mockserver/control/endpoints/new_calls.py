"""Reads the command that places a call."""

import re
from typing import Any, Literal

import msgspec

from mockserver.account.account import Account
from mockserver.account.commands.new_call import NewCall
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_calls import Direction
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.account.state.subscription import Signer, StatusSubscription, Subscription
from mockserver.control.endpoints.changes import parse_scenario
from mockserver.control.endpoints.endpoint import make_invalid_command_error
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from scenarios.callers import Caller, find_caller
from scenarios.endpoints import is_endpoint, normalize_endpoint
from scenarios.statuses import CallbackEvent

_CALLER_NUMBER = "+14155550123"
_APP_NUMBER = "+15005550006"
"""The numbers of a call that names none: of the person who calls, and of the app."""
_URL = r"(?i:https?)://[^\s/?#]+.*"
_PERSON_FIELDS = ("answers", "rings", "speech", "digits", "hangs_up_after")

Event = Literal["initiated", "ringing", "answered", "completed"]
Method = Literal["GET", "POST"]


class CallCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Place a call."""

    direction: Literal["incoming", "outgoing"] = "incoming"
    url: str | None = None
    method: Method = "POST"
    twiml: str | None = None
    fallback_url: str | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    status_callback_events: tuple[Event, ...] = ("completed",)
    record: Literal["mono", "dual"] | bool = False
    recording_status_callback: str | None = None
    answers: Any = msgspec.UNSET
    rings: Any = msgspec.UNSET
    speech: Any = msgspec.UNSET
    digits: Any = msgspec.UNSET
    hangs_up_after: Any = msgspec.UNSET
    wait: bool = True


def build_new_call(exchange: Exchange, account: Account, command: CallCommand) -> NewCall:
    """Return the call that a command describes.

    Raises:
        TwilioError: 20001 if the command is invalid, or comes from a web page elsewhere.
    """
    _refuse_foreign_pages(exchange)
    _check_document(command)
    for name in ("url", "fallback_url", "status_callback", "recording_status_callback"):
        _check_url(name, getattr(command, name))
    is_incoming = command.direction == "incoming"
    if command.to is None and not is_incoming:
        raise make_invalid_command_error("to: expected the called number of an outgoing call, found none")
    from_ = _parse_endpoint("from", command.from_ or (_CALLER_NUMBER if is_incoming else _APP_NUMBER))
    to = _parse_endpoint("to", command.to or _APP_NUMBER)
    if is_incoming:
        _refuse_fields_of_outgoing(command)
    signer = make_signer(exchange, account)
    return NewCall(
        from_=from_,
        to=to,
        signer=signer,
        direction=Direction.INBOUND if is_incoming else Direction.OUTBOUND_API,
        voice=VoiceDocument(command.url, command.method, command.twiml, command.fallback_url),
        subscription=_build_subscription(command),
        record=_build_record_options(command, signer),
        caller=_find_person(exchange, account, command, from_, to),
    )


def _refuse_foreign_pages(exchange: Exchange) -> None:
    """Refuse a web page elsewhere: it could have a service of this machine read aloud, and fetch the transcription."""
    if exchange.refuses_urls("url"):
        exchange.warnings.pop()
        origin = exchange.headers[b"origin"][:80].decode("latin-1")
        raise TwilioError(
            20001,
            f"Calls are refused for pages of another origin, found {origin!r}. Place the call from a program, or from "
            "a page of this machine or of --public-url.",
            message="Invalid command",
        )


def _check_document(command: CallCommand) -> None:
    if (command.url is None) == (command.twiml is None):
        found = "neither" if command.url is None else "both"
        raise make_invalid_command_error(
            f"expected the url that the call asks, such as http://127.0.0.1:5000/voice, or its twiml, found {found}"
        )
    if command.record is False and command.recording_status_callback is not None:
        raise make_invalid_command_error("recording_status_callback: expected with record only, found without it")


def _refuse_fields_of_outgoing(command: CallCommand) -> None:
    """Refuse what would have no effect on an incoming call."""
    if command.record is not False:
        raise make_invalid_command_error(
            "record: expected an outgoing call, found an incoming one, which its app records, such as with <Record> or "
            "<Start><Recording>"
        )
    if command.answers not in (msgspec.UNSET, True):
        raise make_invalid_command_error(
            f"answers: expected an outgoing call, found an incoming one, which the app answers: {command.answers!r}"
        )


def _check_url(name: str, url: str | None) -> None:
    if url is not None and not re.fullmatch(_URL, url):
        raise make_invalid_command_error(
            f"{name}: expected a URL such as http://127.0.0.1:5000/voice, found {url[:80]!r}"
        )


def _parse_endpoint(name: str, text: str) -> str:
    if not is_endpoint(text):
        raise make_invalid_command_error(
            f"{name}: expected a number such as +15005550006, client:ann or sip:ann@example.com, found {text[:80]!r}"
        )
    return normalize_endpoint(text)


def _build_subscription(command: CallCommand) -> StatusSubscription | None:
    if command.status_callback is None:
        return None
    return StatusSubscription(command.status_callback, command.status_callback_method, command.status_callback_events)


def make_signer(exchange: Exchange, account: Account) -> Signer:
    """Return what signs the requests of a call that a test begins."""
    return Signer(account.token, "the account's auth token", exchange.base_url)


def _build_record_options(command: CallCommand, signer: Signer) -> RecordOptions | None:
    if command.record is False:
        return None
    url, subscription = command.recording_status_callback, None
    if url is not None:
        events = (CallbackEvent.COMPLETED,)
        subscription = Subscription(url, "POST", events, signer.token, signer.description, signer.base_url)
    return RecordOptions(channels=2 if command.record == "dual" else 1, subscription=subscription)


def _find_person(exchange: Exchange, account: Account, command: CallCommand, from_: str, to: str) -> Caller | None:
    """Return who is on the line: the caller of the scenario with the fields of the command, or None for the former."""
    fields = {name: getattr(command, name) for name in _PERSON_FIELDS}
    fields = {name: value for name, value in fields.items() if value is not msgspec.UNSET}
    if not fields:
        return None
    if isinstance(fields.get("speech"), str):
        fields["speech"] = [fields["speech"]]
    try:
        person = parse_scenario(exchange, {"callers": [fields]}).callers[0]
    except TwilioError as error:
        raise make_invalid_command_error(error.reason.removeprefix("callers[0].")) from None
    known = find_caller(() if account.scenario is None else account.scenario.callers, from_, to)
    return msgspec.structs.replace(known, **{name: getattr(person, name) for name in fields})
