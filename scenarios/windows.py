"""Windows: from when and until when a rule applies, as pure functions of what happened and the time.

Instants are microseconds since the epoch.
"""

from collections.abc import Iterator
from enum import IntEnum

import msgspec

from scenarios.durations import Duration
from scenarios.operations import OPERATIONS_OF_ONE_RECORDING, Operation
from scenarios.statuses import CallbackEvent
from scenarios.triggers import Trigger, WrittenTrigger, compute_instants, is_satisfied, walk_leaf_triggers


class Windowed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What applies from a condition on, until another."""

    after: WrittenTrigger | None = None
    """From when on it applies; at once if left out. `time` counts from when it was added, and `requests` counts those
    that `when` matches, or all without one: the last of them still has the usual response. `callback` and `signal` mean
    the recording that the request names, if `when` has an operation of one recording; else any recording.
    """
    until: WrittenTrigger | None = None
    """Until when it applies, with the same triggers, which count from its start."""
    ttl: Duration | None = None
    """How long it applies, from its start on the account's clock: the short form of `until: {time: ...}`."""


class Window(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The conditions for the start and the end of one rule."""

    after: Trigger | None = None
    until: Trigger | None = None
    is_per_recording: bool = False
    """True if each recording has its own start and end."""

    def get_awaited(self, phase: "Phase") -> Trigger | None:
        """Return the condition for the end of a phase, or None if there is none."""
        return (self.after, self.until, None)[phase]


class Phase(IntEnum):
    """Where a window is."""

    BEFORE = 0
    OPEN = 1
    OVER = 2


class WindowProgress(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The state of a window, of one recording or of the account."""

    phase: Phase = Phase.BEFORE
    since: int
    """The instant at which the phase began."""
    requests_before: int = 0
    """The number of matching requests at that instant."""
    requests: int = 0
    """The matching requests since then."""
    signals: tuple[str, ...] = ()
    """Signals that were sent and not used yet, sorted."""
    delivered: tuple[CallbackEvent, ...] = ()
    """Events whose callbacks were answered with 2xx and not used yet, sorted."""
    timer_key: int | None = None
    """The key of the timer that it waits for."""

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """The numbers of requests, in the order of `COUNTED`. A window counts no others."""
        return 0, 0, 0, self.requests


def build_window(rule: Windowed, operation: Operation | None = None) -> Window | None:
    """Return the window of a rule, or None if it always applies.

    Args:
        operation: the operation of the requests that the rule matches. If each of them names a recording, each
            recording may have its own start and end.
    """
    until = rule.until if rule.ttl is None else Trigger(time=rule.ttl)
    if rule.after is None and until is None:
        return None
    window = Window(after=rule.after, until=until)
    names_recordings = any(leaf.signal or leaf.callback for leaf in walk_window_triggers(window))
    return msgspec.structs.replace(
        window, is_per_recording=operation in OPERATIONS_OF_ONE_RECORDING and names_recordings
    )


def walk_window_triggers(window: Window) -> Iterator[Trigger]:
    """Yield the triggers of a window, those inside `any` and `all`."""
    for trigger in (window.after, window.until):
        if trigger is not None:
            yield from walk_leaf_triggers(trigger)


def after_matching_requests(progress: WindowProgress, total: int) -> WindowProgress:
    """Return the state after requests that the rule matches.

    Args:
        total: the number of all of them, from when the window was armed.
    """
    requests = total - progress.requests_before
    return progress if requests == progress.requests else msgspec.structs.replace(progress, requests=requests)


def after_window_signal(progress: WindowProgress, name: str) -> WindowProgress:
    """Return the state after a signal."""
    return msgspec.structs.replace(progress, signals=tuple(sorted({*progress.signals, name})))


def after_window_delivery(progress: WindowProgress, event: CallbackEvent) -> WindowProgress:
    """Return the state after a callback was answered with 2xx."""
    return msgspec.structs.replace(progress, delivered=tuple(sorted({*progress.delivered, event})))


def find_next_phase(window: Window, progress: WindowProgress, now: int) -> WindowProgress | None:
    """Return the state in the next phase if that has begun, or None."""
    awaited = window.get_awaited(progress.phase)
    if awaited is None:
        if progress.phase is not Phase.BEFORE:
            return None  # it never ends, or is over
    elif not is_satisfied(awaited, progress, now):
        return None
    leaves = [] if awaited is None else list(walk_leaf_triggers(awaited))
    used_signals, used_events = {leaf.signal for leaf in leaves}, {leaf.callback for leaf in leaves}
    return WindowProgress(
        phase=Phase(progress.phase + 1),
        since=now,
        requests_before=progress.requests_before + progress.requests,
        signals=tuple(name for name in progress.signals if name not in used_signals),
        delivered=tuple(event for event in progress.delivered if event not in used_events),
    )


def find_next_window_instant(window: Window, progress: WindowProgress, now: int) -> int | None:
    """Return the next instant at which time alone may begin the next phase, or None."""
    awaited = window.get_awaited(progress.phase)
    instants = () if awaited is None else compute_instants(awaited, progress.since)
    return min((instant for instant in instants if instant > now), default=None)


def find_next_request(window: Window, progress: WindowProgress) -> int | None:
    """Return the number of all matching requests that may begin the next phase, or None if it waits for none."""
    awaited = window.get_awaited(progress.phase)
    counts = () if awaited is None else (leaf.requests for leaf in walk_leaf_triggers(awaited))
    waiting = [count for count in counts if count is not None and count > progress.requests]
    return progress.requests_before + min(waiting) if waiting else None
