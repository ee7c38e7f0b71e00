"""Turns recordings as Twilio writes them into the form of the model, and lists what that changes.

What Twilio wrote stays on Twilio's wire. What the contract does not allow is replaced on the schema wire only.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from generators.model import API_VERSION, Source, Track
from scenarios.loading.import_report import ImportChange
from scenarios.problems import describe_value
from scenarios.statuses import RecordingStatus
from scenarios.steps import RecordingFields

ACCOUNT_DEPENDENT_KEYS = frozenset({"account_sid", "api_version", "uri", "subresource_uris", "media_url"})
"""Keys of a recording whose values depend on its account."""
SOURCE_REPLACEMENTS = {"StartCallRecordingTwiML": Source.START_CALL_RECORDING_API.value}
"""A source that Twilio writes and the contract does not know (WIRE §17), with the nearest one that it knows."""

_SUPPORTED_KEYS = frozenset(
    {"sid", "status", "call_sid", "conference_sid", "date_created", *RecordingFields.__struct_fields__}
)
_NULLABLE_KEYS = frozenset(
    {"duration", "price", "error_code", "call_sid", "conference_sid", "encryption_details", "start_time"}
)
"""Keys for which the model has null. That of `call_sid` is a derived CallSid on the schema wire."""
_GENERATED_FOR_NULL = {
    "sid": "a generated SID replaces null, which no request can name",
    "status": "completed replaces null, because every recording has a status",
    "date_created": "the start of the clock replaces null, because lists are sorted by it",
    "date_updated": "the start of the clock replaces null",
}
"""What replaces a null on both wires."""
_SHOWN_FOR_NULL = {"channels": 1, "price_unit": "USD", "source": Source.DIAL_VERB.value, "track": Track.BOTH.value}
"""What the schema wire shows for a null that Twilio's wire keeps."""
_SHOWN_AS_PROCESSING = frozenset({RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.STOPPED})
_DELETED_SENTENCE = "deleted recordings are shown for 40 days from the start of the clock, whatever their date is"
_CAMEL_CASE_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DIGITS = re.compile(r"-?[0-9]{1,9}", re.ASCII)


class ConvertedRecording(NamedTuple):
    """A recording in the form of the model, and what changed on the way."""

    fields: dict[str, Any]
    changes: list[ImportChange]


def convert_saved_recording(body: dict[str, Any]) -> ConvertedRecording:
    """Return a recording in the form of the model. Keys that it lacks are generated."""
    saved = {_CAMEL_CASE_BOUNDARY.sub("_", key).lower(): value for key, value in body.items()}
    conversion = _Conversion(saved)
    conversion.drop_account_values()
    for key, value in saved.items():
        if key in _SUPPORTED_KEYS:
            conversion.convert_value(key, value)
        elif key not in ACCOUNT_DEPENDENT_KEYS:
            conversion.add_change(key, "a key that is unknown here, and not shown")
    return ConvertedRecording({**conversion.fields, "imported": True}, conversion.changes)


class _Conversion:
    """The conversion of one recording."""

    def __init__(self, saved: dict[str, Any]) -> None:
        self.fields: dict[str, Any] = {}
        self.changes: list[ImportChange] = []
        self._saved = saved

    def add_change(self, key: str, sentence: str) -> None:
        """Add a change to the report."""
        sid = self._saved.get("sid")
        self.changes.append(ImportChange(key, sentence, sid if isinstance(sid, str) else "a recording without a SID"))

    def drop_account_values(self) -> None:
        """Leave out the values that depend on the account, and report those that will differ."""
        known = [key for key in ("account_sid", "uri", "subresource_uris", "media_url") if self._saved.get(key)]
        if known:
            self.add_change(", ".join(known), "those of the account that plays the scenario")
        version = self._saved.get("api_version", API_VERSION)
        if version != API_VERSION:
            self.add_change("api_version", f"{API_VERSION} replaces {describe_value(version)}")

    def convert_value(self, key: str, value: Any) -> None:
        """Add a value to the fields of the model, and to those of Twilio's wire if the contract does not allow it."""
        if value is None and key in _GENERATED_FOR_NULL:
            self.add_change(key, _GENERATED_FOR_NULL[key])
        elif value is None and key not in _NULLABLE_KEYS:
            is_conference = key == "source" and self._saved.get("conference_sid")
            self._keep_on_twilio_wire(key, value, Source.CONFERENCE.value if is_conference else _SHOWN_FOR_NULL[key])
        else:
            convert = _CONVERTERS.get(key)
            self.fields[key] = value if convert is None else convert(self, value)
        if value is None and key == "call_sid":
            self.add_change(key, "null stays on Twilio's wire, and the schema wire shows a derived CallSid")

    def convert_status(self, status: Any) -> Any:
        """Return the status, and report how it is shown."""
        if status == RecordingStatus.DELETED:
            self.add_change("status deleted", _DELETED_SENTENCE)
        elif status in _SHOWN_AS_PROCESSING:
            self.add_change(
                f"status {status}", "shown as processing, as Twilio shows an active recording in a fetch or a list"
            )
        return status

    def convert_duration(self, duration: Any) -> Any:
        """Return the duration, or None for -1, which was seen while a recording is processing."""
        return self._keep_on_twilio_wire("duration", duration, None) if duration in ("-1", -1) else duration

    def convert_error_code(self, code: Any) -> Any:
        """Return the error code as a number: Twilio's command line writes text. 0 means none."""
        number = int(code) if isinstance(code, str) and _DIGITS.fullmatch(code) else code
        if number == 0 or (self._saved.get("status") == RecordingStatus.DELETED and number is not None):
            return self._keep_on_twilio_wire("error_code", number, None)
        return number

    def convert_channels(self, channels: Any) -> Any:
        """Return the channels as a number: Twilio's command line writes text. 0 means unknown."""
        number = int(channels) if isinstance(channels, str) and _DIGITS.fullmatch(channels) else channels
        return self._keep_on_twilio_wire("channels", 0, 1) if number == 0 else number

    def convert_source(self, source: Any) -> Any:
        """Return a source that the contract knows."""
        if not isinstance(source, str) or source not in SOURCE_REPLACEMENTS:
            return source
        return self._keep_on_twilio_wire("source", source, SOURCE_REPLACEMENTS[source])

    def convert_price(self, price: Any) -> Any:
        """Return the price, and keep its decimals on Twilio's wire if they are not five."""
        try:
            written = f"{Decimal(price):.5f}" if isinstance(price, str) else price
        except InvalidOperation:  # the check of types refuses it
            return price
        if written != price:
            self._keep_on_twilio_wire("price", price, written)
        return price

    def _keep_on_twilio_wire(self, key: str, saved: Any, shown: Any) -> Any:
        """Keep a value on Twilio's wire, and return the one that the schema wire shows."""
        self.fields.setdefault("twilio_wire", {})[key] = saved
        sentence = f"{describe_value(saved)} stays on Twilio's wire, and the schema wire shows {describe_value(shown)}"
        self.add_change(key, sentence.replace("nothing", "null"))
        return shown


_CONVERTERS: dict[str, Callable[[_Conversion, Any], Any]] = {
    "status": _Conversion.convert_status,
    "duration": _Conversion.convert_duration,
    "error_code": _Conversion.convert_error_code,
    "channels": _Conversion.convert_channels,
    "source": _Conversion.convert_source,
    "price": _Conversion.convert_price,
}
