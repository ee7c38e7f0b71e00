"""The two wires. Twilio's own and the contract disagree (WIRE §15), so each recording has two renderings."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from generators.model import Recording, Status
from mockserver.rest.representations.dates import format_iso8601, format_rfc2822

Document = dict[str, Any]
"""A resource as the object of a wire: the one table that all representations are made of."""


class Wire(StrEnum):
    """Which rendering an answer has."""

    TWILIO = "twilio"
    """What Twilio's SDKs read."""
    SCHEMA = "schema"
    """What conforms to `recording.schema.json`."""


class WireSetting(StrEnum):
    """How the wire of an answer is chosen."""

    AUTO = "auto"
    TWILIO = "twilio"
    SCHEMA = "schema"


class WireFormat(msgspec.Struct, frozen=True):
    """Where the wires differ for a realistic recording (DESIGN §5)."""

    date: Callable[[int], str]
    status: Callable[[Recording], str]
    currency_while_unknown: str | None


def _status_on_twilio_wire(recording: Recording) -> str:
    if recording.in_flight is not None:
        return recording.in_flight.value
    # Twilio retired `failed`; Java reads an unknown status as null (WIRE §4, §5).
    is_retired = recording.status is Status.FAILED and not recording.is_scripted
    return Status.ABSENT.value if is_retired else recording.status.value


def _status_on_schema_wire(recording: Recording) -> str:
    return recording.status.value


WIRE_FORMATS = {
    Wire.TWILIO: WireFormat(date=format_rfc2822, status=_status_on_twilio_wire, currency_while_unknown=None),
    Wire.SCHEMA: WireFormat(date=format_iso8601, status=_status_on_schema_wire, currency_while_unknown="USD"),
}
