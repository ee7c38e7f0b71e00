"""Endpoints for callbacks: the log, sending one by hand, and delivering one again."""

import re
from itertools import islice
from typing import Literal

import msgspec

from generators.model import Status
from mockserver.account.account import Account
from mockserver.account.commands.callbacks import RedeliverCallback, SendCallback
from mockserver.account.resources.filter import RecordingFilter, build_filtered_listing
from mockserver.account.state.subscription import Subscription
from mockserver.control.endpoints.endpoint import (
    Endpoint,
    PathParams,
    get_account,
    make_invalid_command_error,
    parse_number,
    read_command,
)
from mockserver.control.endpoints.new_calls import make_signer
from mockserver.control.endpoints.signatures import verify_signature
from mockserver.control.views.callbacks import CallbackView, serialize_callback
from mockserver.control.views.upcoming_callbacks import UpcomingCallbackView, serialize_upcoming_callbacks
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from scenarios.statuses import CallbackEvent

_URL_PATTERN = r"(?i:https?)://[^\s/?#]+.*"
_MAX_SEARCHED = 1000
_STATUSES = {
    CallbackEvent.IN_PROGRESS: (Status.PROCESSING,),
    CallbackEvent.COMPLETED: (Status.COMPLETED,),
    CallbackEvent.ABSENT: (Status.ABSENT,),
    CallbackEvent.FAILED: (Status.FAILED, Status.ABSENT),
}
"""The statuses of recordings that a callback by hand is about, if it names none."""


async def list_callbacks(exchange: Exchange, path: PathParams) -> list[CallbackView]:
    account, with_seconds = get_account(exchange, path), exchange.parameters.get_boolean("seconds")
    return [serialize_callback(account, delivery, with_seconds=with_seconds) for delivery in account.callbacks]


async def list_upcoming_callbacks(exchange: Exchange, path: PathParams) -> list[UpcomingCallbackView]:
    return serialize_upcoming_callbacks(get_account(exchange, path))


class CallbackCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Send a callback by hand."""

    event: CallbackEvent
    to: str
    """The URL of the receiver."""
    method: Literal["GET", "POST"] = "POST"
    recording: str | None = None
    """A handle or a SID; None for the newest recording that had the event."""


async def send_callback(exchange: Exchange, path: PathParams) -> CallbackView:
    """Send a callback as to a subscriber: signed, with retries, and in the log."""
    account, command = get_account(exchange, path), read_command(exchange, CallbackCommand)
    if not re.fullmatch(_URL_PATTERN, command.to):
        raise make_invalid_command_error(
            f"to: expected a URL such as http://127.0.0.1:8000/hook, found {command.to[:80]!r}"
        )
    if command.recording is None:
        index = _find_newest(account, command.event)
    else:
        index = account.timelines.find_recording_index(command.recording)
    signer = make_signer(exchange, account)
    subscription = Subscription(
        command.to, command.method, (command.event,), signer.token, signer.description, signer.base_url
    )
    number = account.apply(SendCallback(index=index, event=command.event, subscription=subscription))
    assert number is not None, "the account is open"
    return await _wait_for_callback(exchange, account, number)


def _find_newest(account: Account, event: CallbackEvent) -> int:
    """Return the newest recording with a status that has the event, or the newest of all if none of many has it.

    Raises:
        TwilioError: 20404 if the account has no recording.
    """
    recording_index = account.recordings.recording_index
    listing = build_filtered_listing(recording_index, RecordingFilter())
    newest = [*map(listing.index, islice(listing.walk(listing.window, newest_first=True), _MAX_SEARCHED))]
    if not newest:
        raise TwilioError(20404, "This account has no recording that a callback could be about.")
    statuses = _STATUSES[event]
    return next((index for index in newest if recording_index.get_status(index) in statuses), newest[0])


async def redeliver_callback(exchange: Exchange, path: PathParams) -> CallbackView:
    account, number = get_account(exchange, path), parse_number(path)
    if number is None or account.callbacks.find(number) is None:
        raise TwilioError(20404, f"This account has no callback {path['number'][:20]}.")
    account.apply(RedeliverCallback(number=number))
    return await _wait_for_callback(exchange, account, number)


async def _wait_for_callback(exchange: Exchange, account: Account, number: int) -> CallbackView:
    await exchange.mock.worker.wait_until_idle(account)
    exchange.mock.worker.schedule(account)
    delivery = account.callbacks.find(number)
    if delivery is None:
        raise TwilioError(20404, f"Callback {number} was sent, but the log is full and has dropped it.")
    return serialize_callback(account, delivery)


CALLBACKS = {
    "/callbacks": Endpoint(GET=list_callbacks, POST=send_callback),
    "/callbacks/upcoming": Endpoint(GET=list_upcoming_callbacks),
    "/callbacks/verify": Endpoint(POST=verify_signature),
    "/callbacks/{number}/redeliver": Endpoint(POST=redeliver_callback),
}
