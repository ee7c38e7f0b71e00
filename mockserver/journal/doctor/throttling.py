"""Whether a client waits when it is told to."""

from collections.abc import Iterator

from generators.corpus.weekly_rhythm import SECOND
from mockserver.journal.doctor.report import Evidence, Sighting
from mockserver.journal.journal import Entry


def find_early_retries(evidence: Evidence) -> Iterator[Sighting]:
    """Yield requests that came again before the time that `Retry-After` had asked for."""
    told: dict[tuple[str, str, bytes], Entry] = {}
    for entry in evidence.entries:
        target = (entry.method, entry.path, entry.query)
        before = told.pop(target, None)
        if before is not None and _has_waited(before, entry) < _request_key(before):
            what = f"{entry.line}: request {before.number} was told to wait {_request_key(before)} s, this came sooner"
            yield Sighting((before.number, entry.number), what)
        if _request_key(entry):
            told[target] = entry


def _request_key(entry: Entry) -> int:
    """Return how many seconds an answer asked to wait; 0 where it did not."""
    return next((int(text) for text in entry.response_headers(b"retry-after")), 0)


def _has_waited(before: Entry, entry: Entry) -> float:
    """Return for how many seconds a client waited, on the account's clock or, which may stand still, in real time."""
    return max((entry.at - before.at) / SECOND, entry.tick - before.tick - before.seconds)
