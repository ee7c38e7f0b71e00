"""What the control API answers: plain structs, the same for the server that writes them and the client that reads them.

Instants are text in ISO 8601, to the microsecond.
"""

from typing import Any, Literal

import msgspec

from scenarios.clock_mode import ClockMode


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """The time of an account."""

    now: str
    mode: ClockMode
    rate: float
    t0: str
    """Where the generated recordings end and the clock started."""


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened by itself, or because a scenario says so."""

    serial: int
    at: str
    kind: Literal["step", "signal", "callback", "inserted", "deleted"]
    subject: str
    """The recording's handle, or its SID."""
    sid: str
    what: str


class TimelineView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a recording's timeline is."""

    recording: str
    """Its handle, or its SID."""
    sid: str
    step: int
    """The number of the step that is waited for, from 1."""
    steps: int
    waits_for: str
    next: str
    seen: dict[str, int]
    """Requests since the step before, by what they did."""


class TimerView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for an instant."""

    due: str
    what: str


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A fault or a sequence, and what it has done so far."""

    number: int
    fault: dict[str, Any] | None
    sequence: dict[str, Any] | None
    matched: int
    """How many requests it matched."""
    applied: int
    """How many of them it was applied to."""


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """One try to deliver a callback."""

    at: str
    status: int | None
    failure: str | None
    detail: str


class CallbackView(msgspec.Struct, frozen=True, kw_only=True):
    """A callback, and what came of it."""

    number: int
    recording: str
    sid: str
    event: str
    state: Literal["pending", "delivered", "failed"]
    method: str
    url: str
    parameters: dict[str, str]
    signed_text: str
    """The exact text that was signed."""
    signature: str
    signed_with: str
    """Whose token that was, in words."""
    idempotency_token: str
    due: str
    """When the next attempt is due, or the last one was."""
    attempts: tuple[AttemptView, ...]


class RecordingView(msgspec.Struct, frozen=True, kw_only=True):
    """A recording as a fetch shows it now, and by which handle scenarios know it."""

    handle: str | None
    sid: str
    call_sid: str
    conference_sid: str | None
    status: str
    in_flight: str | None
    """What it really does while a fetch shows it as processing."""
    document: dict[str, Any]
    """On Twilio's wire."""


class ExpectationView(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario expects of its client, and whether it holds."""

    expectation: dict[str, Any]
    is_met: bool
    why: str


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an account."""

    account_sid: str
    auth_token: str
    scenario: str | None
    corpus: int
    """How many recordings were generated."""
    created: int
    """How many were created since, by the API, a scenario or a test."""
    clock: ClockView
    timelines: tuple[TimelineView, ...]
    timers: tuple[TimerView, ...]
    rules: tuple[RuleView, ...]
    callbacks: dict[str, int]
    """How many there are, by state."""
    requests: int
    """How many there were."""
    dropped: int
    """How many of them the journal no longer has."""


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """The state after a change, and what happened because of it, in order."""

    account: AccountView
    events: tuple[EventView, ...]


class SnapshotView(msgspec.Struct, frozen=True, kw_only=True):
    """What can be rolled back to."""

    name: str
    at: str
