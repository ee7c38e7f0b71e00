"""A recording as JSON from a template, in half of the time that its document and an encoder take.

The values of a plain recording are SIDs, numbers, dates and words of the API: none of them needs an escape. The keys of
a template and their order come from the document, and a property test compares both.
"""

from collections.abc import Mapping
from typing import Any

from generators.model import API_VERSION, Recording
from mockserver.rest.representations.json import BASE_URL_PLACEHOLDER, encode
from mockserver.rest.representations.money import CURRENCY, format_price
from mockserver.rest.representations.recording import (
    EXAMPLE,
    build_account_path,
    build_call_recording,
    build_conference_recording,
    build_encryption_details,
    build_recording,
)
from mockserver.rest.representations.wires import WIRE_FORMATS, Wire


def _make_template(document: Mapping[str, Any]) -> str:
    """Return a document's JSON with a place for each value, between quotes if the value is always text."""

    def make_place(value: object) -> str:
        if isinstance(value, Mapping):
            return _make_template(value)
        return '"%s"' if isinstance(value, str) else "%s"

    return "{" + ", ".join(f'"{key}": {make_place(value)}' for key, value in document.items()) + "}"


_RECORDING = _make_template(build_recording(EXAMPLE, Wire.TWILIO, ""))
_CALL_RECORDING = _make_template(build_call_recording(EXAMPLE, Wire.TWILIO, ""))
_CONFERENCE_RECORDING = _make_template(build_conference_recording(EXAMPLE, Wire.TWILIO, ""))


def encode_recording(recording: Recording, wire: Wire) -> bytes | None:
    """Return an account's recording as JSON with a placeholder for scheme and host, or None if it is not plain."""
    if not _is_plain(recording):
        return None
    path = f"{build_account_path(recording)}/Recordings/{recording.sid}"
    values = (
        *_get_values(recording, wire, path),
        f"{path}/AddOnResults.json",
        f"{path}/Transcriptions.json",
        _encode_encryption(recording),
        f"{BASE_URL_PLACEHOLDER}{path}",
    )
    return (_RECORDING % values).encode()


def encode_call_recording(recording: Recording, wire: Wire) -> bytes | None:
    """Return a call's recording as JSON, or None if it is not plain."""
    if not _is_plain(recording):
        return None
    path = f"{build_account_path(recording)}/Calls/{recording.call_sid}/Recordings/{recording.sid}"
    values = (*_get_values(recording, wire, path), _encode_encryption(recording), recording.track)
    return (_CALL_RECORDING % values).encode()


def encode_conference_recording(recording: Recording, wire: Wire) -> bytes | None:
    """Return a conference's recording as JSON, or None if it is not plain."""
    if not _is_plain(recording):
        return None
    path = f"{build_account_path(recording)}/Conferences/{recording.conference_sid}/Recordings/{recording.sid}"
    values = (*_get_values(recording, wire, path), _encode_encryption(recording))
    return (_CONFERENCE_RECORDING % values).encode()


def _is_plain(recording: Recording) -> bool:
    """Return False for a drawn body, and for a recording with values that a scenario or an import may choose freely."""
    return type(recording) is Recording and recording.twilio_wire is None and recording.price_unit is None


def _get_values(recording: Recording, wire: Wire, path: str) -> tuple[object, ...]:
    """Return the values of a template up to `uri`. Those that may be null bring their quotes with them."""
    dialect = WIRE_FORMATS[wire]
    format_date, conference_sid, start_time = dialect.format_date, recording.conference_sid, recording.start_time
    price, duration, error_code = recording.price, recording.duration, recording.error_code
    currency = dialect.price_unit_without_price if price is None else CURRENCY
    return (
        recording.account_sid,
        API_VERSION,
        recording.call_sid,
        "null" if conference_sid is None else f'"{conference_sid}"',
        recording.channels,
        format_date(recording.date_created),
        format_date(recording.date_updated),
        "null" if start_time is None else f'"{format_date(start_time)}"',
        "null" if price is None else f'"{format_price(price)}"',
        "null" if currency is None else f'"{currency}"',
        "null" if duration is None else f'"{duration}"',
        recording.sid,
        recording.source,
        dialect.get_status(recording),
        "null" if error_code is None else error_code,
        f"{path}.json",
    )


def _encode_encryption(recording: Recording) -> str:
    details = recording.encryption
    return "null" if details is None else encode(build_encryption_details(details)).decode()
