"""Doctor rule: a client fetches recordings that a list has just shown."""

from collections.abc import Iterator

from generators.instants import SECOND
from mockserver.journal.doctor.report import Evidence, Sighting
from scenarios.operations import Operation

_LIST_OPERATIONS = (Operation.LIST_RECORDINGS, Operation.LIST_CALL_RECORDINGS, Operation.LIST_CONFERENCE_RECORDINGS)
_FETCH_OPERATIONS = (Operation.FETCH_RECORDING, Operation.FETCH_CALL_RECORDING, Operation.FETCH_CONFERENCE_RECORDING)
_MIN_FETCHES = 10
_MAX_LIST_AGE = 300 * SECOND
"""Microseconds. The recordings may have changed since an older list."""


def find_redundant_fetches(evidence: Evidence) -> Iterator[Sighting]:
    """Yield at most one sighting: ten or more recordings were fetched just after a list showed all their fields."""
    listed: dict[int, int] = {}
    fetched: dict[int, int] = {}
    for entry in evidence.entries:
        if entry.operation in _LIST_OPERATIONS:
            listed.update((index, entry.at) for index in entry.response.recordings)
        elif entry.operation in _FETCH_OPERATIONS:
            for index in entry.response.recordings:
                if index in listed and entry.at - listed[index] <= _MAX_LIST_AGE:
                    fetched.setdefault(index, entry.number)
    if len(fetched) >= _MIN_FETCHES:
        what = f"{len(fetched)} or more recordings were fetched one by one after a list had shown them"
        yield Sighting(tuple(fetched.values()), what)
