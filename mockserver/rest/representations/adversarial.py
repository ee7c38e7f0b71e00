"""How an adversarial body is sent: as drawn on the schema wire, made safe for SDKs on Twilio's wire.

`plain` is the same recording, rendered as if it were realistic.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from mockserver.rest.representations.dates import format_rfc2822

_IDENTITY_FIELDS = ("sid", "account_sid", "call_sid", "conference_sid", "status", "date_created")
_CORPUS_FIELDS = (*_IDENTITY_FIELDS, "uri", "subresource_uris", "media_url", "track")
_CURRENCIES = frozenset({"AUD", "BRL", "CAD", "CHF", "EUR", "GBP", "INR", "JPY", "MXN", "SEK", "USD"})
_INT32_LIMIT = 1 << 31
_SUPPORTED_YEARS = range(1900, 9999)


def as_drawn_by_hypothesis(realistic: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with the identity of its recording. Keys that were not drawn are missing."""
    return {**body, **{key: realistic[key] for key in _IDENTITY_FIELDS}}


def make_safe_for_sdks(realistic: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body in Twilio's form: every key present, and nothing that breaks a correct SDK (WIRE §4)."""
    drawn = {key: body.get(key) for key in realistic}
    for key, project in _PROJECTIONS.items():
        drawn[key] = project(drawn[key])
    if drawn["channels"] is None:  # recordings of calls and conferences cannot have null here (WIRE §1.1)
        drawn["channels"] = realistic["channels"]
    return drawn | {key: realistic[key] for key in _CORPUS_FIELDS if key in realistic}


def _project_date(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):  # a leap second, or a zone that leaves the calendar
        return None
    return format_rfc2822(int(instant.replace(microsecond=0).timestamp())) if instant.year in _SUPPORTED_YEARS else None


def _project_error_code(value: int | None) -> int | None:
    return value if value is not None and -_INT32_LIMIT <= value < _INT32_LIMIT else None


def _project_price_unit(value: str | None) -> str | None:
    return value if value in _CURRENCIES else None


_PROJECTIONS: dict[str, Callable[[Any], Any]] = {
    "date_updated": _project_date,
    "start_time": _project_date,
    "error_code": _project_error_code,
    "price_unit": _project_price_unit,
}
