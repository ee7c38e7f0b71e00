"""The log of events, as plain values."""

import msgspec

from scenarios.steps import Step


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
