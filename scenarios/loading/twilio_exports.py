"""Reads Twilio exports: what `curl` and `twilio api:core:recordings:list -o json` write.

The API returns snake case and RFC 2822 dates, in lists with an envelope. Twilio's command line writes a bare list of
objects in camel case, with ISO dates. `saved_recordings` turns each recording into the form of the model.
"""

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from scenarios.loading.documents import FileFormat, ParsedDocument
from scenarios.loading.import_report import ImportChange
from scenarios.loading.lines import LinesBelow
from scenarios.loading.saved_recordings import ACCOUNT_DEPENDENT_KEYS, SOURCE_REPLACEMENTS, convert_saved_recording
from scenarios.loading.sources import build_file_source
from scenarios.problems import Origin, Problem, ScenarioError, ValuePath, describe_value
from scenarios.recording_groups import GROUP_KEYS, change_group_values
from scenarios.validation.dates import with_readable_dates

_ENVELOPE_KEYS = frozenset({"uri", "first_page_uri", "next_page_uri", "previous_page_uri", "page", "page_size"})


class UnpackedDocument(NamedTuple):
    """A document in the form of the model, and what changed on the way."""

    value: Any
    changes: list[ImportChange]
    origin: Origin
    """The origin, with the lines of the paths in the value."""


class _UnpackedRecordings(NamedTuple):
    recordings: Any
    changes: list[ImportChange]


def unpack_exports(document: ParsedDocument, folder: FilePath | None) -> UnpackedDocument:
    """Return a document's value in the form of the model: exports as a scenario, dates as instants.

    Args:
        document: the parsed file.
        folder: the folder for the files that it names; None to allow no files.

    Raises:
        ScenarioError: if an export contains no recordings, or its file cannot be read.
    """
    value, origin = document
    if isinstance(value, list) or (isinstance(value, dict) and is_export(value)):
        unpacked = _unpack_recordings(value, (), origin)
        return UnpackedDocument({"recordings": unpacked.recordings}, unpacked.changes, _locate_export(document))
    if not isinstance(value, dict):
        raise origin.build_error((), f"expected a scenario, which is a mapping, found {describe_value(value)}.")
    made, changes = _unpack_plan({key: inside for key, inside in value.items() if key != "$schema"}, (), origin, folder)
    if isinstance(made.get("accounts"), (list, tuple)):
        accounts = []
        for number, account in enumerate(made["accounts"]):
            if isinstance(account, dict):
                account, own_changes = _unpack_plan(account, ("accounts", number), origin, folder)
                changes += own_changes
            accounts.append(account)
        made["accounts"] = accounts
    return UnpackedDocument(made, changes, origin)


def _unpack_plan(
    value: dict[str, Any], path: ValuePath, origin: Origin, folder: FilePath | None
) -> tuple[dict[str, Any], list[ImportChange]]:
    """Return what one account plays in the form of the model, and what changed on the way."""
    made, changes, place = dict(value), list[ImportChange](), (*path, "recordings")
    if isinstance(made.get("recordings"), str):
        made["recordings"], changes = _read_export(made["recordings"], place, folder, origin)
    elif isinstance(made.get("recordings"), dict):
        made["recordings"], changes = _unpack_recordings(made["recordings"], place, origin)
    elif isinstance(made.get("recordings"), (list, tuple)):
        made["recordings"] = list(map(_with_known_source, made["recordings"]))
    for key in GROUP_KEYS:
        if key in made:
            made[key] = change_group_values(made[key], _with_known_source)
    return with_readable_dates(made), changes


def find_account_dependent_keys(value: dict[str, Any]) -> Iterator[Problem]:
    """Yield the keys of a scenario's own recordings whose values depend on the account."""
    accounts = value.get("accounts")
    for number, account in enumerate(accounts if isinstance(accounts, list) else ()):
        for path, sentence in find_account_dependent_keys(account) if isinstance(account, dict) else ():
            yield Problem(("accounts", number, *path), sentence)
    for recording, path in _walk_recording_values(value, ()):
        for key in recording if isinstance(recording, dict) else ():
            if key in ACCOUNT_DEPENDENT_KEYS:
                sentence = "expected no value: it depends on the account that plays the scenario."
                yield Problem((*path, key), sentence)


def _walk_recording_values(value: Any, path: ValuePath) -> Iterator[tuple[Any, ValuePath]]:
    """Yield the recordings of a mapping and of its groups, with their paths."""
    recordings = value.get("recordings") if isinstance(value, dict) else None
    for number, recording in enumerate(recordings if isinstance(recordings, list) else ()):
        yield recording, (*path, "recordings", number)
    for key in () if path else GROUP_KEYS:
        groups = value.get(key)
        for number, group in enumerate(groups if isinstance(groups, list) else ()):
            yield from _walk_recording_values(group, (key, number))


def _locate_export(document: ParsedDocument) -> Origin:
    """Return the origin of an export, whose recordings have another path in the scenario."""
    value, origin = document.value, document.origin
    if isinstance(value, dict) and "recordings" in value:
        return origin
    path: ValuePath = ("recordings",) if isinstance(value, list) else ("recordings", 0)
    return Origin(origin.name, LinesBelow(path, origin.lines))


def is_export(value: dict[str, Any]) -> bool:
    """Return True for the body of a list or a recording. A list reduced to `recordings` is a scenario already."""
    return bool(_ENVELOPE_KEYS & value.keys()) or ("sid" in value and "recordings" not in value)


def _unpack_recordings(value: Any, path: ValuePath, origin: Origin) -> _UnpackedRecordings:
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
    made, changes = [], []
    if isinstance(value, dict) and value.get("next_page_uri"):
        sentence = "the list has more pages, which this file does not contain: save them too, with a larger PageSize"
        changes.append(ImportChange("next_page_uri", sentence, ""))
    for recording in recordings:
        fields, own_changes = convert_saved_recording(recording)
        made.append(fields)
        changes += own_changes
    return _UnpackedRecordings(with_readable_dates({"recordings": made})["recordings"], changes)


def _read_export(name: str, path: ValuePath, folder: FilePath | None, origin: Origin) -> _UnpackedRecordings:
    if folder is None:
        raise origin.build_error(
            path, "expected recordings, found a file name: only a scenario file can name other files."
        )
    try:
        source = build_file_source(folder / name, name)
        if source.file_format is not FileFormat.JSON:
            raise ScenarioError(f"{name}: expected a file that ends in .json, found another.")
        saved = source.read()
        return _unpack_recordings(saved.value, (), saved.origin)
    except ScenarioError as error:
        raise origin.build_error(path, str(error)) from None


def _with_known_source(recording: Any) -> Any:
    """Return a scenario's own recording with a source that the contract knows, and Twilio's own for its wire."""
    source = recording.get("source") if isinstance(recording, dict) else None
    if not isinstance(source, str) or source not in SOURCE_REPLACEMENTS:
        return recording
    twilio_wire = {"source": source, **(recording.get("twilio_wire") or {})}
    return {**recording, "source": SOURCE_REPLACEMENTS[source], "twilio_wire": twilio_wire}
