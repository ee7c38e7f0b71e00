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
from scenarios.statuses import CallbackEvent
from scenarios.steps import Timeline
from scenarios.timeline import TimelineProgress

_NIL = msgspec.msgpack.encode(None)
_ARRAY_CODE = b"\xdc"
"""The first byte of an array whose length has two bytes, in MessagePack."""
_PART = 64
"""The elements that are decoded in one step."""
_LATE_TYPES = (
    *(ArrivalState, AuthTokensState, Delivery, Event, LimitState, FaultRuleState, PageDriftState, ScriptedParent),
    *(TimelineProgress, UpcomingRecording, WindowState, WindowTimer),
)
"""Types of fields of `State` that its module does not import: most accounts have none of their values."""


class _StoredProgress(msgspec.Struct):
    """The progress of a timeline. Thousands of recordings have equal timelines, which are decoded once."""

    timeline: msgspec.Raw
    since: int
    step: int = 0
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    signals: tuple[str, ...] = ()
    delivered: tuple[CallbackEvent, ...] = ()

    def decode(self, known: dict[bytes, Timeline]) -> TimelineProgress:
        """Return it decoded.

        Args:
            known: the timelines that are decoded, to which this one is added.
        """
        data = bytes(self.timeline)
        timeline = known.get(data)
        if timeline is None:
            timeline = known[data] = _decode(data, Timeline)
        return TimelineProgress(
            timeline=timeline,
            step=self.step,
            since=self.since,
            counts=self.counts,
            signals=self.signals,
            delivered=self.delivered,
        )


def decode_state(snapshot: bytes) -> Steps[State]:
    """Return the state that a snapshot encodes: some elements of its lists and mappings are one step."""
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
        return (yield from _decode_elements(msgspec.msgpack.decode(raw, type=list[msgspec.Raw]), arguments[0]))
    if container is dict:
        mapping = msgspec.msgpack.decode(raw, type=dict[int | str, msgspec.Raw])
        values = yield from _decode_elements([*mapping.values()], arguments[1])
        return dict(zip(mapping, values, strict=True))
    return _decode(raw, kind)


def _decode_elements(raws: list[msgspec.Raw], kind: Any) -> Steps[list[Any]]:
    """Return the elements of a list, a part of them in each step: steps of single ones would take most of the time."""
    elements, timelines = list[Any](), dict[bytes, Timeline]()
    for start in range(0, len(raws), _PART):
        part = raws[start : start + _PART]
        array = b"".join((_ARRAY_CODE, len(part).to_bytes(2, "big"), *part))
        if kind is TimelineProgress:
            elements += [stored.decode(timelines) for stored in _decode(array, list[_StoredProgress])]
        else:
            elements += _decode(array, list[kind])
        yield
    return elements


def _decode_live(raw: msgspec.Raw) -> Any:
    from mockserver.account.state.calls_state import CallsState  # not imported without a live call

    live: CallsState = _decode(raw, CallsState)
    live.app_requests = {
        number: msgspec.structs.replace(request, is_sending=False)  # nothing sends it here
        for number, request in live.app_requests.items()
        if live.needs_answer(request)
    }
    return live


def _decode(raw: msgspec.Raw | bytes, kind: Any) -> Any:
    with DECODE_LOCK:
        return _get_decoder(kind).decode(raw)


@cache
def _get_decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)


@cache
def _get_field_types() -> dict[str, Any]:
    return get_type_hints(State, localns={late_type.__name__: late_type for late_type in _LATE_TYPES})
