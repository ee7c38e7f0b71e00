"""What importing recordings changed, as sentences. Equal changes of several recordings are one sentence."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scenarios.handles import iter_named_recordings
from scenarios.model import Scenario
from scenarios.validation.coherence_checks import check_coherence

_MAX_SHOWN_SIDS = 2


class ImportChange(NamedTuple):
    """A change of one recording."""

    key: str
    """The key that changed, or several with commas."""
    sentence: str
    recording: str
    """The SID of the recording; empty for the list itself."""
    rule: str = ""
    """Distinguishes changes of one key that need separate sentences."""


def write_import_report(changes: Iterable[ImportChange], scenario: Scenario) -> tuple[str, ...]:
    """Return what the import changed, and which values it kept although they contradict each other."""
    grouped: dict[tuple[str, str], list[ImportChange]] = {}
    for change in [*changes, *_find_contradictions(scenario)]:
        grouped.setdefault((change.key, change.rule), []).append(change)
    return tuple(f"{key}: {alike[0].sentence}{_describe_recordings(alike)}." for (key, _), alike in grouped.items())


def _find_contradictions(scenario: Scenario) -> Iterator[ImportChange]:
    for named in iter_named_recordings(scenario):
        for path, sentence in check_coherence(named.definition, (), None) if named.definition.imported else ():
            rule = sentence.partition(", found ")[0]
            yield ImportChange(f"{path[-1]} is kept", sentence.removesuffix("."), named.handle, rule)


def _describe_recordings(changes: list[ImportChange]) -> str:
    """Return the recordings of a sentence in parentheses. The sentence is that of the first."""
    first, *others = changes
    if not first.recording:
        return ""
    same = [change.recording for change in others if change.sentence == first.sentence]
    shown = ", ".join([first.recording, *same[: _MAX_SHOWN_SIDS - 1]])
    more = [f"{len(same) - _MAX_SHOWN_SIDS + 1:,} more"] if len(same) >= _MAX_SHOWN_SIDS else []
    more += [f"{len(others) - len(same):,} more with other values"] if len(others) > len(same) else []
    return f" ({' and '.join([shown, *more])})"
