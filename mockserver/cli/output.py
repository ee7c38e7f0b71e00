"""Formats what a server returned, for people or as JSON."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from mockserver.control.journal_views import RequestView
from mockserver.control.views import CallbackView, ClockView, EventView, RuleView, TimelineView

Value = TypeVar("Value")


def print_value(value: Value, in_words: Callable[[Value], str], *, as_json: bool) -> int:
    """Print a value, and return the exit code 0."""
    print(msgspec.json.format(msgspec.json.encode(value)).decode() if as_json else in_words(value))
    return 0


def format_clock(value: ClockView) -> str:
    """Return the clock's time, mode and rate."""
    return f"{value.now} {value.mode}{f' at {value.rate:g}x' if value.mode == 'scaled' else ''}"


def format_events(values: Iterable[EventView]) -> str:
    """Return the events, one per line."""
    return "\n".join(f"{each.at} {each.subject}: {_format_event(each)}" for each in values) or "nothing happened"


def _format_event(event: EventView) -> str:
    return f"signal {event.what}" if event.kind == "signal" else event.what


def format_request(value: RequestView) -> str:
    """Return a request in one line, with the reason for its error."""
    why = "" if value.reason is None else f" ({value.reason})"
    return f"{value.number}: {value.method} {value.target} {value.status}{why}"


def format_timelines(values: Iterable[TimelineView]) -> str:
    """Return what timelines wait for, one per line."""
    rows = (f"{each.recording}: step {each.step} of {each.steps}, {each.waits_for}: {each.next}" for each in values)
    return "\n".join(rows) or "no timeline is waiting"


def format_rules(values: Iterable[RuleView]) -> str:
    """Return the fault rules, one per line."""
    return "\n".join(f"{each.number}: {_format_rule(each)}" for each in values) or "no faults"


def _format_rule(rule: RuleView) -> str:
    what: dict[str, Any] = rule.fault or rule.sequence or {}
    return f"{msgspec.json.encode(what).decode()} applied to {rule.applied} of {rule.matched}"


def format_callbacks(values: Iterable[CallbackView]) -> str:
    """Return the callbacks with their attempts."""
    return "\n".join(map(_format_callback, values)) or "no callbacks"


def _format_callback(callback: CallbackView) -> str:
    tries = "".join(
        f"\n     {each.at} {each.status if each.failure is None else f'{each.failure}: {each.detail}'}"
        for each in callback.attempts
    )
    head = f"{callback.number}: {callback.recording} {callback.event} {callback.state}"
    signed = f"     signed with {callback.signed_with}: {callback.signed_text}"
    return f"{head}, {callback.method} {callback.url}{tries}\n{signed}"
