"""What the endpoints of live calls do: place, show, play and hang up."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from generators.instants import SECOND
from mockserver.account.account import Account
from mockserver.account.call_driver import CallDriver
from mockserver.account.commands.calls import AdoptCall, HangUpCall, PlaceCall
from mockserver.account.state.live_calls import LiveCall
from mockserver.control.endpoints.endpoint import (
    PathParams,
    get_account,
    make_invalid_command_error,
    read_command,
)
from mockserver.control.endpoints.new_calls import CallCommand, build_new_call, make_signer
from mockserver.control.views.call_data import CallSummary
from mockserver.control.views.call_serialization import serialize_call, summarize_call
from mockserver.control.views.calls import CallView
from mockserver.control.views.debugger import DebuggerEventView, serialize_debugger_event
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from scenarios.durations import normalize_duration, parse_duration

_LONGEST_WAIT = 60.0
"""The real seconds that one request waits for a call: the client then asks again."""
_MAX_EVENTS = 1000


class PlayCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Play a call on."""

    until: Literal["end", "change"] = "end"
    timeout: Annotated[str, Meta(max_length=20)] = "60s"
    """The longest time, at most 60 real seconds."""


async def list_calls(exchange: Exchange, path: PathParams) -> list[CallSummary]:
    account = get_account(exchange, path)
    return [summarize_call(account, call) for call in account.live_calls.list_calls()] if account.has_live_calls else []


async def place_call(exchange: Exchange, path: PathParams) -> CallView:
    account, command = get_account(exchange, path), read_command(exchange, CallCommand)
    call = account.apply(PlaceCall(call=build_new_call(exchange, account, command)))
    return await _play(exchange, account, call, _LONGEST_WAIT) if command.wait else _show(exchange, account, call)


async def show_call(exchange: Exchange, path: PathParams) -> CallView:
    account = get_account(exchange, path)
    return _show(exchange, account, _find_call(account, path))


async def play_call(exchange: Exchange, path: PathParams) -> CallView:
    account, command = get_account(exchange, path), read_command(exchange, PlayCommand)
    call, seconds = _find_call(account, path), _parse_timeout(command.timeout)
    return await _play(exchange, account, call, seconds, until_change=command.until == "change")


async def hang_up(exchange: Exchange, path: PathParams) -> CallView:
    account = get_account(exchange, path)
    call = _find_live(account, path["call"])
    if call is None and account.calls.find_or_none(path["call"]) is not None:  # recordings know it
        call = account.apply(AdoptCall(sid=path["call"], signer=make_signer(exchange, account)))
    call = call or _find_call(account, path)
    if call.is_over:
        raise make_invalid_command_error(f"expected a call in progress, found {call.sid}, which is {call.status.value}")
    account.apply(HangUpCall(number=call.number))
    return await _play(exchange, account, call, _LONGEST_WAIT)


async def list_debugger_events(exchange: Exchange, path: PathParams) -> list[DebuggerEventView]:
    since = exchange.parameters.get_integer("since", default=0, minimum=0)
    limit = exchange.parameters.get_integer("limit", default=_MAX_EVENTS, minimum=1)
    account = get_account(exchange, path)
    if not account.has_live_calls:
        return []
    events = account.live_calls.debugger.get_events_since(since, min(limit, _MAX_EVENTS))
    return [serialize_debugger_event(event) for event in events]


async def _play(
    exchange: Exchange, account: Account, call: LiveCall, seconds: float, *, until_change: bool = False
) -> CallView:
    await CallDriver(exchange.mock.worker, account, call).play(seconds, until_change=until_change)
    return _show(exchange, account, call)


def _show(exchange: Exchange, account: Account, call: LiveCall) -> CallView:
    is_played = CallDriver(exchange.mock.worker, account, call).is_played
    return serialize_call(account, call, exchange.base_url, is_played=is_played)


def _find_live(account: Account, sid: str) -> LiveCall | None:
    return account.live_calls.find(sid) if account.has_live_calls else None


def _find_call(account: Account, path: PathParams) -> LiveCall:
    call = _find_live(account, path["call"])
    if call is None:
        raise TwilioError(20404, f"No call that began on this account has the SID {path['call'][:40]!r}.")
    return call


def _parse_timeout(text: str) -> float:
    try:
        seconds = parse_duration(normalize_duration(text, default_unit="s")) / SECOND
    except ValueError as error:
        raise make_invalid_command_error(f"timeout: {error}") from None
    return min(seconds, _LONGEST_WAIT)
