"""Explains which recordings belong to one call or one conference."""

from collections.abc import Iterator

from scenarios.handles import iter_named_recordings
from scenarios.model import Scenario
from scenarios.recording_groups import name_calls, name_conferences


def explain_groups(scenario: Scenario) -> Iterator[str]:
    """Yield a sentence about each call and each conference that groups recordings."""
    if not (scenario.calls or scenario.conferences):
        return
    of_calls: dict[str, list[str]] = {handle: [] for handle in name_calls(scenario)}
    of_conferences: dict[str, list[str]] = {handle: [] for handle in name_conferences(scenario)}
    for named in iter_named_recordings(scenario):
        if named.call is not None:
            of_calls[named.call].append(named.handle)
        if named.conference is not None:
            of_conferences[named.conference].append(named.handle)
    yield from (f"Call {handle}: {', '.join(recordings)}." for handle, recordings in of_calls.items())
    yield from (f"Conference {handle}: {', '.join(recordings)}." for handle, recordings in of_conferences.items())
