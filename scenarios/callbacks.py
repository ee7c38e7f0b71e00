"""Callbacks that a step sends in another way than Twilio does: broken, repeated, late, or with other parameters."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scenarios.durations import Duration
from scenarios.numbers import MAX_NAMES
from scenarios.statuses import CallbackEvent

MAX_TIMES = 100
"""The most deliveries of one callback."""
PARAMETER_NAMES = (
    "RecordingSource",
    "RecordingTrack",
    "RecordingSid",
    "RecordingUrl",
    "RecordingStatus",
    "RecordingChannels",
    "ErrorCode",
    "CallSid",
    "ConferenceSid",
    "RecordingStartTime",
    "AccountSid",
    "RecordingDuration",
    "EncryptionDetails",
)
"""The parameters of a callback about a recording, in Twilio's order."""
ParameterName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$(?!\n)",
        description="The name of a parameter, such as RecordingDuration.",
    ),
]
ParameterValue = Annotated[
    Annotated[str, Meta(max_length=10_000)] | Annotated[int, Meta(gt=-(10**18), lt=10**18)],
    Meta(description="A text of at most 10000 characters, or a whole number."),
]


class ScriptedCallback(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A callback, and what is wrong with it."""

    event: CallbackEvent
    """The event that it reports."""
    signature: Literal["wrong", "missing", "sha256"] | None = None
    """What is wrong with `X-Twilio-Signature`: another token signs it, it is left out, or it is a HMAC-SHA256."""
    times: Annotated[int, Meta(ge=1, le=MAX_TIMES)] = 1
    """How often it is delivered in all, with one idempotency token."""
    delay: Duration | None = None
    """How long it is held back. Later callbacks of the recording overtake it."""
    fields: Literal["at_event", "at_delivery"] = "at_event"
    """Whether it shows the recording as it was at the event, or as it is when the callback is first sent."""
    set: Annotated[dict[ParameterName, ParameterValue], Meta(max_length=MAX_NAMES)] = {}
    """Parameters with other values, by name. A name that Twilio does not send is added."""
    drop: Annotated[tuple[ParameterName, ...], Meta(max_length=MAX_NAMES)] = ()
    """Parameters that it lacks."""

    def change_parameters(self, parameters: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Return the parameters of a callback with those that are set, and without those that are dropped."""
        changed = dict(parameters) | {name: str(value) for name, value in self.set.items()}
        return tuple((name, value) for name, value in changed.items() if name not in self.drop)


StepCallback = CallbackEvent | ScriptedCallback
"""A callback of a step: as Twilio sends it, or scripted."""
StepCallbacks = tuple[StepCallback, ...]


def get_event(callback: StepCallback) -> CallbackEvent:
    """Return the event that a callback reports."""
    return callback.event if isinstance(callback, ScriptedCallback) else callback
