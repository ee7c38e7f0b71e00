"""The log of events, as plain values."""

import msgspec

from scenarios.steps import Step
from scenarios.triggers import Trigger


class StepEntry(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """How a timeline came to a step."""

    number: int
    """The number of the step, from 1."""
    trigger: Trigger | None = None
    """The trigger that was met first; None if the step ran at once, or by hand."""
    is_by_hand: bool = False
    """True if a command ran the step, whatever it waited for."""


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Something that happened to a recording by itself, or because of a scenario, or on a call."""

    serial: int
    at: int
    kind: str
    """`import`, `step`, `signal`, `callback`, `inserted`, `deleted`, `rule`, `token`, `call` or `debugger`."""
    subject: str
    """The recording's handle, or its SID; the rule that starts or ends for all recordings; `auth tokens`."""
    sid: str
    what: str
    step: Step | None = None
    """What changed of the recording: the step, or the change by a request that the signal reports."""
    entry: StepEntry | None = None
    """How the timeline came to the step; None if no timeline did."""
    callback: int | None = None
    """The number of the callback."""
