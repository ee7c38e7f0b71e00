"""Endpoints for the scenario: setting it up, signals, events and expectations."""

import asyncio
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from generators.corpus.weekly_rhythm import SpanTooShortError
from generators.setup_error import MockSetupError
from mockserver.account.account import Account
from mockserver.account.gradual import Steps, run_between_requests, without_full_collections
from mockserver.control.endpoints.changes import parse_scenario, wait_for_callbacks
from mockserver.control.endpoints.endpoint import (
    Endpoint,
    PathParams,
    decode_json,
    find_account_sid,
    get_account,
    make_invalid_command_error,
    read_command,
)
from mockserver.control.views.accounts import AccountSummary, ChangeResult, MemberView, summarize_account
from mockserver.control.views.capture import CaptureView
from mockserver.control.views.scenario import (
    MAX_EVENTS,
    EventView,
    ExpectationView,
    serialize_event,
    serialize_expectation,
)
from mockserver.journal.expectations import check_expectations
from mockserver.rest.representations import json
from mockserver.rest.representations.representation import MEDIA_TYPES, Representation
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response
from scenarios.accounts import refuse_accounts, refuse_fixed_sids, require_accounts
from scenarios.model import Scenario

_LONG_BODY = 100_000
"""From this number of bytes on, a scenario is checked in another thread."""


class ScenarioCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Play a scenario: a bundled one by name, or a complete one."""

    name: str | None = None
    scenario: dict[str, msgspec.Raw] | None = None


class AccountsCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Set up the accounts of a scenario."""

    scenario: dict[str, msgspec.Raw]


class SignalCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Send a signal to one recording, or to all."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    recording: str | None = None


async def set_up_scenario(exchange: Exchange, path: PathParams) -> ChangeResult:
    sid = find_account_sid(exchange, path)
    if len(exchange.body) < _LONG_BODY:
        scenario = _read_scenario(exchange)
    else:
        with without_full_collections():
            scenario = await asyncio.to_thread(_read_scenario, exchange)  # requests are answered meanwhile
    try:
        refuse_accounts(scenario)
        account = await exchange.mock.set_up_scenario_gradually(sid, scenario, exchange.base_url)
    except SpanTooShortError as error:
        raise make_invalid_command_error(f"corpus: expected {error}") from None
    except MockSetupError as error:
        raise make_invalid_command_error(str(error)) from None
    return await wait_for_callbacks(exchange, account, 0)


async def set_up_accounts(exchange: Exchange, path: PathParams) -> list[MemberView]:
    sid, command = find_account_sid(exchange, path), read_command(exchange, AccountsCommand)
    scenario = parse_scenario(exchange, _decode_in_parts(command.scenario))
    try:
        require_accounts(scenario)
        refuse_fixed_sids(scenario)
        accounts = await exchange.mock.set_up_accounts(sid, scenario, exchange.base_url)
    except MockSetupError as error:
        raise make_invalid_command_error(str(error)) from None
    for account in accounts:
        await exchange.mock.worker.wait_until_idle(account)
    return await list_accounts(exchange, path)


async def list_accounts(exchange: Exchange, path: PathParams) -> list[MemberView]:
    views = []
    for member in exchange.mock.groups.list_group(find_account_sid(exchange, path).lower()):
        account = exchange.mock.account(member.declared.sid)
        account.run_due()
        views.append(
            MemberView(
                id=member.id,
                name=member.name,
                account_sid=account.sid,
                auth_token=account.token,
                parent_account_sid=member.declared.parent,
            )
        )
    return views


def _read_scenario(exchange: Exchange) -> Scenario:
    command = read_command(exchange, ScenarioCommand)
    from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not before the first scenario
    from scenarios.loading.sources import find_bundled_files

    if (command.name is None) == (command.scenario is None):
        raise make_invalid_command_error(
            "expected the name of a bundled scenario, or a scenario, found neither or both"
        )
    if command.name is None:
        return parse_scenario(exchange, _decode_in_parts(command.scenario or {}))
    if command.name not in find_bundled_files():
        known = ", ".join(find_bundled_files())
        raise make_invalid_command_error(f"name: expected a bundled scenario ({known}), found {command.name[:60]!r}")
    return load_any_scenario(command.name)


def _decode_in_parts(values: dict[str, msgspec.Raw]) -> dict[str, Any]:
    """Return the decoded values. Other threads run between two elements of a list, but not while one is decoded."""
    decoded: dict[str, Any] = {}
    for name, raw in values.items():
        if bytes(memoryview(raw)[:1]) == b"[":
            decoded[name] = [decode_json(item, Any) for item in decode_json(raw, list[msgspec.Raw])]
        else:
            decoded[name] = decode_json(raw, Any)
    return decoded


async def remove_scenario(exchange: Exchange, path: PathParams) -> AccountSummary:
    return summarize_account(exchange.mock.set_up_scenario(get_account(exchange, path).sid, None))


async def show_scenario(exchange: Exchange, path: PathParams) -> dict[str, Any] | Response:
    scenario = get_account(exchange, path).scenario
    if scenario is None:
        return {}
    return Response(200, await run_between_requests(_encode_scenario(scenario)), MEDIA_TYPES[Representation.JSON])


def _encode_scenario(scenario: Scenario) -> Steps[bytes]:
    """Return a scenario as JSON: its recordings in small steps."""
    others = msgspec.to_builtins(msgspec.structs.replace(scenario, recordings=()))
    encoded = {name: json.encode(value) for name, value in others.items()}
    recordings = []
    for recording in scenario.recordings:
        recordings.append(json.encode(msgspec.to_builtins(recording)))
        yield
    if recordings:
        encoded["recordings"] = b"[%s]" % b", ".join(recordings)
    names = [name for name in Scenario.__struct_fields__ if name in encoded]
    return b"{%s}" % b", ".join(b'"%s": %s' % (name.encode(), encoded[name]) for name in names)


async def capture_scenario(exchange: Exchange, path: PathParams) -> CaptureView:
    """Return what happened in the account, as a scenario that plays it again."""
    from mockserver.control.capture.capture import capture_account  # not before the first capture

    return await run_between_requests(capture_account(get_account(exchange, path)))


async def list_events(exchange: Exchange, path: PathParams) -> list[EventView]:
    since = exchange.parameters.get_integer("since", default=0, minimum=0)
    limit = exchange.parameters.get_integer("limit", default=MAX_EVENTS, minimum=1)
    events = get_account(exchange, path).events.get_events_since(since, min(limit, MAX_EVENTS))
    return [serialize_event(event) for event in events]


async def list_expectations(exchange: Exchange, path: PathParams) -> list[ExpectationView]:
    return await run_between_requests(_check_expectations(get_account(exchange, path)))


def _check_expectations(account: Account) -> Steps[list[ExpectationView]]:
    """Return the results of all expectations. Each of them looks at the whole journal."""
    results: list[ExpectationView] = []
    for expectation in () if account.scenario is None else account.scenario.expect:
        checked = check_expectations([expectation], account.journal, account.resolve_handle, account.milestones)
        results += map(serialize_expectation, checked)
        yield
    return results


async def send_signal(exchange: Exchange, path: PathParams) -> ChangeResult:
    account, command = get_account(exchange, path), read_command(exchange, SignalCommand)
    first = account.events.next_serial
    index = None if command.recording is None else account.timelines.find_recording_index(command.recording)
    if index is not None and index not in account.state.playing and not account.state.windows:
        raise make_invalid_command_error(f"recording {command.recording} has no waiting timeline")
    await run_between_requests(account.send_signal_gradually(command.name, index))
    return await wait_for_callbacks(exchange, account, first)


SCENARIO = {
    "/scenario": Endpoint(GET=show_scenario, PUT=set_up_scenario, DELETE=remove_scenario),
    "/scenario/capture": Endpoint(GET=capture_scenario),
    "/accounts": Endpoint(GET=list_accounts, PUT=set_up_accounts),
    "/events": Endpoint(GET=list_events),
    "/expectations": Endpoint(GET=list_expectations),
    "/signals": Endpoint(POST=send_signal),
}
