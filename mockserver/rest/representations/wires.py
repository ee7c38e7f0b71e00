"""The two wires. Twilio and the contract disagree (WIRE §15), so each recording has two renderings."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from generators.model import Recording, Status
from mockserver.rest.representations.dates import format_iso8601, format_rfc2822

Document = dict[str, Any]
"""A resource as keys and values on one wire. All representations are built from it."""


class Wire(StrEnum):
    """The rendering of a response."""

    TWILIO = "twilio"
    """As Twilio's SDKs read it."""
    SCHEMA = "schema"
    """As `recording.schema.json` requires it."""

    __hash__ = str.__hash__  # every request needs it, and that of Enum is slow


class WireSetting(StrEnum):
    """How the wire of a response is chosen."""

    AUTO = "auto"
    TWILIO = "twilio"
    SCHEMA = "schema"

    __hash__ = str.__hash__  # every request needs it, and that of Enum is slow


class WireFormat(msgspec.Struct, frozen=True):
    """The differences between the wires for a realistic recording (DESIGN §5)."""

    format_date: Callable[[int], str]
    get_status: Callable[[Recording], str]
    price_unit_without_price: str | None


def _get_twilio_status(recording: Recording) -> str:
    if recording.in_flight is not None:
        return recording.in_flight.value
    # Twilio retired `failed`, and the Java SDK reads an unknown status as null (WIRE §4, §5).
    is_retired = recording.status is Status.FAILED and not recording.is_scripted
    return Status.ABSENT.value if is_retired else recording.status.value


def _get_schema_status(recording: Recording) -> str:
    return recording.status.value


WIRE_FORMATS = {
    Wire.TWILIO: WireFormat(format_date=format_rfc2822, get_status=_get_twilio_status, price_unit_without_price=None),
    Wire.SCHEMA: WireFormat(format_date=format_iso8601, get_status=_get_schema_status, price_unit_without_price="USD"),
}
