"""Endpoints for recordings: add, change, and run the next step."""

from typing import Any

from generators.model import Status
from mockserver.account.scenario_setup import add_scripted_recording
from mockserver.control.endpoints.changes import parse_scenario, wait_for_callbacks
from mockserver.control.endpoints.endpoint import (
    Endpoint,
    PathParams,
    get_account,
    make_invalid_command_error,
    read_command,
)
from mockserver.control.views.accounts import ChangeResult
from mockserver.control.views.recordings import RecordingView, serialize_recording
from mockserver.server.exchange import Exchange
from scenarios.lifecycle import build_full_timeline


async def add_recording(exchange: Exchange, path: PathParams) -> RecordingView:
    account, fields = get_account(exchange, path), read_command(exchange, dict[str, Any])
    handle = fields.get("id") or fields.get("sid") or f"recording-{len(account.state.created) + 1}"
    scripted = parse_scenario(exchange, {"recordings": [fields]}).recordings[0]
    if handle in account.state.handles or (
        scripted.sid is not None and account.recordings.recording_index.find_index(scripted.sid) is not None
    ):
        raise make_invalid_command_error(f"recording {handle!r} exists already")
    index = add_scripted_recording(
        account,
        scripted,
        handle,
        exchange.mock.account_factory.build_recording_defaults(exchange.base_url),
        account.clock.now(),
    )
    account.timelines.start(index, build_full_timeline(scripted))
    await exchange.mock.worker.wait_until_idle(account)
    return serialize_recording(account, index, exchange.base_url)


async def show_recording(exchange: Exchange, path: PathParams) -> RecordingView:
    account = get_account(exchange, path)
    return serialize_recording(account, account.timelines.find_recording_index(path["recording"]), exchange.base_url)


async def transition_recording(exchange: Exchange, path: PathParams) -> ChangeResult:
    """Apply a step now. The recording's timeline, if it has one, continues to wait."""
    account, fields = get_account(exchange, path), read_command(exchange, dict[str, Any])
    first, index = account.events.next_serial, account.timelines.find_recording_index(path["recording"])
    step = parse_scenario(exchange, {"recordings": [{"timeline": [fields]}]}).recordings[0].timeline[0]
    if step.after is not None:
        raise make_invalid_command_error("after: expected a step that runs now, found one that waits")
    if account.recordings.recording_index.get_status(index) is Status.DELETED:
        raise make_invalid_command_error(f"recording {path['recording']} is deleted and cannot be changed")
    account.timelines.apply_step(index, step)
    return await wait_for_callbacks(exchange, account, first)


async def run_next_step(exchange: Exchange, path: PathParams) -> ChangeResult:
    """Run the next step of a recording's timeline, whatever it waits for."""
    account = get_account(exchange, path)
    first, index = account.events.next_serial, account.timelines.find_recording_index(path["recording"])
    if not account.timelines.run_next_step(index):
        raise make_invalid_command_error(f"recording {path['recording']} has no waiting timeline")
    return await wait_for_callbacks(exchange, account, first)


RECORDINGS = {
    "/recordings": Endpoint(POST=add_recording),
    "/recordings/{recording}": Endpoint(GET=show_recording, POST=transition_recording),
    "/recordings/{recording}/step": Endpoint(POST=run_next_step),
}
