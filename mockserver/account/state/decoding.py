"""Decodes the state of a snapshot in small steps, so that a server answers requests meanwhile."""

from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from mockserver.account.gradual import Steps
from mockserver.account.state.arrivals import ArrivalState
from mockserver.account.state.auth_tokens import AuthTokensState
from mockserver.account.state.deliveries import Delivery
from mockserver.account.state.events import Event
from mockserver.account.state.limits import LimitState
from mockserver.account.state.rules import FaultRuleState, PageDriftState
from mockserver.account.state.scripted_parents import ScriptedParent
from mockserver.account.state.state import State
from mockserver.account.state.upcoming import UpcomingRecording
from mockserver.account.state.windows import WindowState, WindowTimer
from scenarios.model import DECODE_LOCK
from scenarios.timeline import TimelineProgress

_NIL = msgspec.msgpack.encode(None)
_LATE_TYPES = (
    *(ArrivalState, AuthTokensState, Delivery, Event, LimitState, FaultRuleState, PageDriftState, ScriptedParent),
    *(TimelineProgress, UpcomingRecording, WindowState, WindowTimer),
)
"""Types of fields of `State` that its module does not import: most accounts have none of their values."""


def decode_state(snapshot: bytes) -> Steps[State]:
    """Return the state that a snapshot encodes: each element of its lists and mappings is one step."""
    fields = msgspec.msgpack.decode(snapshot, type=dict[str, msgspec.Raw])
    kinds, values = _get_field_types(), {}
    for name, raw in fields.items():
        if name == "live" and bytes(raw) != _NIL:
            values[name] = _decode_live(raw)
        else:
            values[name] = yield from _decode_field(raw, kinds[name])
    return State(**values)


def _decode_field(raw: msgspec.Raw, kind: Any) -> Steps[Any]:
    container, arguments = get_origin(kind), get_args(kind)
    if container is list:
        elements = []
        for element in msgspec.msgpack.decode(raw, type=list[msgspec.Raw]):
            elements.append(_decode(element, arguments[0]))
            yield
        return elements
    if container is dict:
        mapping = {}
        for key, element in msgspec.msgpack.decode(raw, type=dict[int | str, msgspec.Raw]).items():
            mapping[key] = _decode(element, arguments[1])
            yield
        return mapping
    return _decode(raw, kind)


def _decode_live(raw: msgspec.Raw) -> Any:
    from mockserver.account.state.calls_state import CallsState  # not imported without a live call

    live: CallsState = _decode(raw, CallsState)
    live.app_requests = {
        number: msgspec.structs.replace(request, is_sending=False)  # nothing sends it here
        for number, request in live.app_requests.items()
        if live.needs_answer(request)
    }
    return live


def _decode(raw: msgspec.Raw, kind: Any) -> Any:
    with DECODE_LOCK:
        return _get_decoder(kind).decode(raw)


@cache
def _get_decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)


@cache
def _get_field_types() -> dict[str, Any]:
    return get_type_hints(State, localns={late_type.__name__: late_type for late_type in _LATE_TYPES})
