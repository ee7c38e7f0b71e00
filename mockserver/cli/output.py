"""How commands print what a server told: for people, or as JSON."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from mockserver.control.journal_views import RequestView
from mockserver.control.views import CallbackView, ClockView, EventView, RuleView, TimelineView

Value = TypeVar("Value")


def print_value(value: Value, in_words: Callable[[Value], str], *, as_json: bool) -> int:
    """Print a value, and return the exit code of a command that went well."""
    print(msgspec.json.format(msgspec.json.encode(value)).decode() if as_json else in_words(value))
    return 0


def clock(value: ClockView) -> str:
    """Tell the time."""
    return f"{value.now} {value.mode}{f' at {value.rate:g}x' if value.mode == 'scaled' else ''}"


def events(values: Iterable[EventView]) -> str:
    """Tell what happened, a line each."""
    return "\n".join(f"{each.at} {each.subject}: {_event(each)}" for each in values) or "nothing happened"


def _event(event: EventView) -> str:
    return f"signal {event.what}" if event.kind == "signal" else event.what


def request(value: RequestView) -> str:
    """Tell a request in a line, and why it was refused."""
    why = "" if value.reason is None else f" ({value.reason})"
    return f"{value.number}: {value.method} {value.target} {value.status}{why}"


def timelines(values: Iterable[TimelineView]) -> str:
    """Tell what timelines wait for, a line each."""
    rows = (f"{each.recording}: step {each.step} of {each.steps}, {each.waits_for}: {each.next}" for each in values)
    return "\n".join(rows) or "no timeline is waiting"


def rules(values: Iterable[RuleView]) -> str:
    """Tell faults and sequences, a line each."""
    return "\n".join(f"{each.number}: {_rule(each)}" for each in values) or "no faults"


def _rule(rule: RuleView) -> str:
    what: dict[str, Any] = rule.fault or rule.sequence or {}
    return f"{msgspec.json.encode(what).decode()} applied to {rule.applied} of {rule.matched}"


def callbacks(values: Iterable[CallbackView]) -> str:
    """Tell callbacks, with the attempts of each."""
    return "\n".join(map(_callback, values)) or "no callbacks"


def _callback(callback: CallbackView) -> str:
    tries = "".join(
        f"\n     {each.at} {each.status if each.failure is None else f'{each.failure}: {each.detail}'}"
        for each in callback.attempts
    )
    head = f"{callback.number}: {callback.recording} {callback.event} {callback.state}"
    signed = f"     signed with {callback.signed_with}: {callback.signed_text}"
    return f"{head}, {callback.method} {callback.url}{tries}\n{signed}"
