"""Reads Twilio exports: what `curl` and `twilio api:core:recordings:list -o json` write.

The API returns snake case and RFC 2822 dates, in lists with an envelope. Twilio's command line writes a bare list of
objects in camel case, with ISO dates. Values that depend on the playing account (URIs, the AccountSid) are dropped.
"""

import re
from pathlib import Path as FilePath
from typing import Any

from scenarios.loading.documents import FileFormat, ParsedDocument
from scenarios.loading.sources import build_file_source
from scenarios.model import RecordingFields
from scenarios.problems import Origin, ScenarioError, ValuePath, describe_value
from scenarios.validation.dates import with_readable_dates

ACCOUNT_DEPENDENT_KEYS = frozenset({"account_sid", "api_version", "uri", "subresource_uris", "media_url"})
"""Keys of a recording whose values depend on its account."""

_ENVELOPE_KEYS = frozenset({"uri", "first_page_uri", "next_page_uri", "previous_page_uri", "page", "page_size"})
_SUPPORTED_KEYS = frozenset(
    {"sid", "status", "call_sid", "conference_sid", "date_created", *RecordingFields.__struct_fields__}
)
_NULLABLE_KEYS = frozenset({"duration", "price", "error_code", "conference_sid", "encryption_details", "start_time"})
_SOURCE_REPLACEMENTS = {"StartCallRecordingTwiML": "StartCallRecordingAPI"}
"""A source that Twilio writes and the contract does not know, with the nearest one that it knows."""

_CAMEL_CASE_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def unpack_exports(document: ParsedDocument, folder: FilePath | None) -> Any:
    """Return a document's value in the form of the model: exports as a scenario, dates as instants.

    Args:
        document: the parsed file.
        folder: the folder for the files that it names; None to allow no files.

    Raises:
        ScenarioError: if an export contains no recordings, or its file cannot be read.
    """
    value, origin = document
    if isinstance(value, list) or (isinstance(value, dict) and _is_export(value)):
        return {"recordings": _unpack_recordings(value, (), origin)}
    if not isinstance(value, dict):
        raise origin.build_error((), f"expected a scenario, which is a mapping, found {describe_value(value)}.")
    made = {key: recordings for key, recordings in value.items() if key != "$schema"}
    if isinstance(made.get("recordings"), str):
        made["recordings"] = _read_export(made["recordings"], folder, origin)
    elif isinstance(made.get("recordings"), dict):
        made["recordings"] = _unpack_recordings(made["recordings"], ("recordings",), origin)
    else:
        _refuse_account_dependent_keys(made.get("recordings"), origin)
    return with_readable_dates(made)


def _is_export(value: dict[str, Any]) -> bool:
    """Return True for the body of a list or a recording. A list reduced to `recordings` is a scenario already."""
    return bool(_ENVELOPE_KEYS & value.keys()) or ("sid" in value and "recordings" not in value)


def _unpack_recordings(value: Any, path: ValuePath, origin: Origin) -> list[Any]:
    recordings = value
    if isinstance(value, dict):
        recordings = value.get("recordings", [value] if "sid" in value else None)
    if not isinstance(recordings, list):
        raise origin.build_error(path, f"expected recordings as Twilio lists them, found {describe_value(recordings)}.")
    for number, recording in enumerate(recordings):
        if not isinstance(recording, dict):
            raise origin.build_error(
                (*path, number), f"expected a recording as Twilio shows it, found {describe_value(recording)}."
            )
    return [
        with_readable_dates({"recordings": [_to_scripted_recording(recording)]})["recordings"][0]
        for recording in recordings
    ]


def _read_export(name: str, folder: FilePath | None, origin: Origin) -> list[Any]:
    if folder is None:
        raise origin.build_error(
            ("recordings",), "expected recordings, found a file name: only a scenario file can name other files."
        )
    try:
        source = build_file_source(folder / name, name)
        if source.file_format is not FileFormat.JSON:
            raise ScenarioError(f"{name}: expected a file that ends in .json, found another.")
        saved = source.read()
        return _unpack_recordings(saved.value, (), saved.origin)
    except ScenarioError as error:
        raise origin.build_error(("recordings",), str(error)) from None


def _to_scripted_recording(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body in the form of the model. Nulls that mean `unknown` are dropped, so those values are generated."""
    fields = {_CAMEL_CASE_BOUNDARY.sub("_", key).lower(): value for key, value in body.items()}
    made = {
        key: fields[key]
        for key in fields
        if key in _SUPPORTED_KEYS and (key in _NULLABLE_KEYS or fields[key] is not None)
    }
    if made.get("duration") in ("-1", -1):  # seen while a recording is processing
        made["duration"] = None
    if made.get("error_code") == 0:
        made["error_code"] = None
    if str(made.get("channels")) in ("0", "1", "2"):  # text on the command line; 0 while unknown
        made["channels"] = int(made["channels"]) or 1
    if isinstance(made.get("source"), str):
        made["source"] = _SOURCE_REPLACEMENTS.get(made["source"], made["source"])
    return made


def _refuse_account_dependent_keys(recordings: Any, origin: Origin) -> None:
    for number, recording in enumerate(recordings if isinstance(recordings, (list, tuple)) else ()):
        for key in ACCOUNT_DEPENDENT_KEYS & recording.keys() if isinstance(recording, dict) else ():
            raise origin.build_error(
                ("recordings", number, key),
                "expected no value: it depends on the account that plays the scenario.",
            )
