"""Loads scenarios from files, texts and objects. A scenario is checked completely, or rejected with one sentence."""

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from scenarios.loading.documents import FileFormat, ParsedDocument, check_document, parse_document
from scenarios.loading.import_report import write_import_report
from scenarios.loading.sources import find_source
from scenarios.loading.twilio_exports import UnpackedDocument, find_account_dependent_keys, unpack_exports
from scenarios.model import DECODE_LOCK, AccountPlan, Scenario, ScriptedRecording
from scenarios.problems import Origin, ScenarioError
from scenarios.recording_groups import map_recordings, walk_written_recordings
from scenarios.validation.dates import with_real_dates
from scenarios.validation.scenario_checks import check_scenario
from scenarios.validation.type_errors import find_type_errors

_MANY_RECORDINGS = 500
"""From this number on, recordings are decoded one by one: no other thread runs while msgspec decodes a value."""
Converted = TypeVar("Converted")
Plan = TypeVar("Plan", bound=AccountPlan)
_NON_HANDLE_CHARACTERS = re.compile(r"[^A-Za-z0-9._-]+|^[._-]+")


def load(name_or_path: str | Path) -> Scenario:
    """Return a bundled scenario, or the scenario in a file: YAML, TOML, JSON, or a Twilio export.

    Args:
        name_or_path: the name of a bundled scenario, such as `late-webhook`, or a path.

    Raises:
        ScenarioError: if the scenario is invalid; the message says where, what was expected and what was found.
    """
    source = find_source(str(name_or_path))
    return _build_scenario(source.read(), source.folder)


def loads(
    text: str | bytes,
    *,
    file_format: FileFormat | str = FileFormat.YAML,
    name: str = "scenario",
    folder: Path | None = None,
) -> Scenario:
    """Return the scenario in a text.

    Args:
        text: the scenario, in UTF-8 if it is bytes.
        file_format: `yaml`, `toml` or `json`.
        name: the name for error messages, such as the file's.
        folder: the folder for the files that it names; None to allow no files.

    Raises:
        ScenarioError: if the scenario is invalid; the message says where, what was expected and what was found.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return _build_scenario(parse_document(data, FileFormat(file_format), name), folder)


def from_objects(value: dict[str, Any] | list[Any] | Scenario, *, folder: Path | None = Path()) -> Scenario:
    """Return a scenario from Python objects, checked like a file.

    Args:
        value: the mapping that a file would hold, or a `Scenario`.
        folder: the folder for the files that it names, by default the working directory; None to allow no files, for
            example for a scenario from the network.

    Raises:
        ScenarioError: if the scenario is invalid; the message says where, what was expected and what was found.
    """
    try:
        plain = msgspec.to_builtins(value) if isinstance(value, Scenario) else value
    except TypeError:
        raise ScenarioError("expected values that a file can hold, found an object of another class.") from None
    return _build_scenario(check_document(ParsedDocument(plain, Origin())), folder)


def _build_scenario(document: ParsedDocument, folder: Path | None) -> Scenario:
    value, changes, origin = unpack_document(document, folder)
    for problem in find_account_dependent_keys(value):
        raise origin.build_error(*problem)
    try:
        scenario = decode_scenario(value)
    except msgspec.ValidationError:
        plain = with_real_dates(value)
        for complaint in find_type_errors(plain):
            raise origin.build_error(*complaint) from None
        scenario = decode_scenario(plain)
    for complaint in check_scenario(scenario, folder):
        raise origin.build_error(*complaint)
    recordings = [recording for plan in (scenario, *scenario.accounts) for recording in plan.recordings]
    if any(recording.imported for recording in recordings) and not scenario.import_report:
        report = write_import_report(changes, msgspec.structs.replace(scenario, recordings=tuple(recordings)))
        scenario = msgspec.structs.replace(scenario, import_report=report)
    accounts = tuple(_with_media_paths(account, folder) for account in scenario.accounts)
    return msgspec.structs.replace(_with_media_paths(scenario, folder), accounts=accounts)


def unpack_document(document: ParsedDocument, folder: Path | None) -> UnpackedDocument:
    """Return a document's value in the form of the model, and with a name."""
    unpacked = unpack_exports(document, folder)
    stem = Path(document.origin.name).stem
    unpacked.value.setdefault("name", _NON_HANDLE_CHARACTERS.sub("-", stem).strip("-._")[:64] or "scenario")
    return unpacked


def decode_scenario(value: dict[str, Any]) -> Scenario:
    """Return the scenario in a value.

    Raises:
        msgspec.ValidationError: if a value does not have its type.
    """
    recordings = value.get("recordings")
    if not isinstance(recordings, list) or len(recordings) < _MANY_RECORDINGS:
        return _convert(value, Scenario)
    others = _convert({**value, "recordings": []}, Scenario)
    return msgspec.structs.replace(
        others, recordings=tuple(_convert(recording, ScriptedRecording) for recording in recordings)
    )


def _convert(value: Any, kind: type[Converted]) -> Converted:
    with DECODE_LOCK:
        return msgspec.convert(value, kind)


def _with_media_paths(plan: Plan, folder: Path | None) -> Plan:
    """Make the paths of media files absolute, so that they do not depend on the server's working directory."""
    if not any(written.definition.media for written in walk_written_recordings(plan)):
        return plan
    root = (folder or Path()).absolute()
    return map_recordings(
        plan,
        lambda recording: (
            msgspec.structs.replace(recording, media=str(root / recording.media)) if recording.media else recording
        ),
    )
