"""JSON views of the control API: plain structs for the server and its clients.

Instants are text in ISO 8601, to the microsecond.
"""

from typing import Any, Literal

import msgspec

from scenarios.clock_mode import ClockMode


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """The clock of an account."""

    now: str
    mode: ClockMode
    rate: float
    t0: str
    """The instant at which the generated recordings end and the clock started."""


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a recording by itself, or because of a scenario."""

    serial: int
    at: str
    kind: Literal["step", "signal", "callback", "inserted", "deleted"]
    subject: str
    """The recording's handle, or its SID."""
    sid: str
    what: str


class TimelineView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a recording's timeline."""

    recording: str
    """The recording's handle, or its SID."""
    sid: str
    step: int
    """The number of the next step, from 1."""
    steps: int
    waits_for: str
    next: str
    seen: dict[str, int]
    """The number of requests since the previous step, by kind."""


class TimerView(msgspec.Struct, frozen=True, kw_only=True):
    """An action that waits for an instant."""

    due: str
    what: str


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A fault or a sequence, and its counts."""

    number: int
    fault: dict[str, Any] | None
    sequence: dict[str, Any] | None
    matched: int
    """The number of requests that it matched."""
    applied: int
    """The number of requests that it was applied to."""


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to deliver a callback."""

    at: str
    status: int | None
    failure: str | None
    detail: str


class CallbackView(msgspec.Struct, frozen=True, kw_only=True):
    """A callback with its attempts."""

    number: int
    recording: str
    sid: str
    event: str
    state: Literal["pending", "delivered", "failed"]
    method: str
    url: str
    parameters: dict[str, str]
    signed_text: str
    """The exact string that was signed."""
    signature: str
    signed_with: str
    """A description of the token's owner."""
    idempotency_token: str
    due: str
    """When the next attempt is due, or the last one was."""
    attempts: tuple[AttemptView, ...]


class RecordingView(msgspec.Struct, frozen=True, kw_only=True):
    """A recording as a fetch shows it now, with its handle."""

    handle: str | None
    sid: str
    call_sid: str
    conference_sid: str | None
    status: str
    in_flight: str | None
    """Its real status while a fetch shows it as processing."""
    document: dict[str, Any]
    """The recording on Twilio's wire."""


class ExpectationView(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation of the scenario, and whether it is met."""

    expectation: dict[str, Any]
    is_met: bool
    why: str


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an account."""

    account_sid: str
    auth_token: str
    scenario: str | None
    corpus: int
    """The number of generated recordings."""
    created: int
    """The number of recordings that the API, a scenario or a test created since."""
    clock: ClockView
    timelines: tuple[TimelineView, ...]
    timers: tuple[TimerView, ...]
    rules: tuple[RuleView, ...]
    callbacks: dict[str, int]
    """The number of callbacks by state."""
    requests: int
    """The number of all requests so far."""
    dropped: int
    """The number of requests that the journal has dropped."""


class ChangeResult(msgspec.Struct, frozen=True, kw_only=True):
    """The account after a change, and the events that the change caused, in order."""

    account: AccountView
    events: tuple[EventView, ...]


class SnapshotView(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot to roll back to."""

    name: str
    at: str
