"""Scenarios from files, texts and objects: read, decoded and checked whole, or refused in one sentence."""

import re
from pathlib import Path
from typing import Any

import msgspec

from scenarios.loading.documents import Document, Form, examined, read
from scenarios.loading.sources import find
from scenarios.loading.twilio_exports import unpacked
from scenarios.model import LEARNING, Scenario
from scenarios.problems import Origin, ScenarioError
from scenarios.validation.scenario_checks import check
from scenarios.validation.type_errors import diagnose

_NO_HANDLE = re.compile(r"[^A-Za-z0-9._-]+|^[._-]+")


def load(name_or_path: str | Path) -> Scenario:
    """Return a bundled scenario, or that of a file: YAML, TOML, JSON, or recordings saved from Twilio.

    Args:
        name_or_path: a bundled scenario's name, such as `late-webhook`, or a path.

    Raises:
        ScenarioError: saying where, what was expected and what was found.
    """
    source = find(str(name_or_path))
    return _finished(source.read(), source.folder)


def loads(
    text: str | bytes, *, form: Form | str = Form.YAML, name: str = "scenario", folder: Path | None = None
) -> Scenario:
    """Return the scenario that a text holds.

    Args:
        text: the scenario, UTF-8 where it is bytes.
        form: `yaml`, `toml` or `json`.
        name: what to call it in errors, such as the file it is from.
        folder: where the files are that it names; without it, it may name none.

    Raises:
        ScenarioError: saying where, what was expected and what was found.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return _finished(read(data, Form(form), name), folder)


def from_objects(value: dict[str, Any] | list[Any] | Scenario, *, folder: Path | None = Path()) -> Scenario:
    """Return a scenario from Python objects, checked as a file's would be.

    Args:
        value: the mapping that a file would hold, or a scenario made by hand.
        folder: where the files are that it names, the working directory where it is left out; None where it may
            name none, as when it came over a network.

    Raises:
        ScenarioError: saying where, what was expected and what was found.
    """
    try:
        plain = msgspec.to_builtins(value) if isinstance(value, Scenario) else value
    except TypeError:
        raise ScenarioError("expected values that a file can hold, found an object of another class.") from None
    return _finished(examined(Document(plain, Origin())), folder)


def _finished(document: Document, folder: Path | None) -> Scenario:
    origin = document.origin
    value = unpacked(document, folder)
    value.setdefault("name", _NO_HANDLE.sub("-", Path(origin.name).stem).strip("-._")[:64] or "scenario")
    scenario = _decoded(value, origin)
    for complaint in check(scenario, folder):
        raise origin.error(*complaint)
    return _with_sounds(scenario, folder)


def _decoded(value: dict[str, Any], origin: Origin) -> Scenario:
    try:
        with LEARNING:
            return msgspec.convert(value, Scenario)
    except msgspec.ValidationError:
        complaint = diagnose(value)
        assert complaint is not None, "what msgspec refuses, the diagnosis finds"
        raise origin.error(*complaint) from None


def _with_sounds(scenario: Scenario, folder: Path | None) -> Scenario:
    """Make the paths of sounds such that they hold wherever the server runs."""
    if not any(recording.media for recording in scenario.recordings):
        return scenario
    recordings = tuple(
        msgspec.structs.replace(each, media=str((folder or Path()).absolute() / each.media)) if each.media else each
        for each in scenario.recordings
    )
    return msgspec.structs.replace(scenario, recordings=recordings)
