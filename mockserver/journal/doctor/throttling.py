"""Doctor rule: a client must wait as long as `Retry-After` says."""

from collections.abc import Iterator

from mockserver.journal.doctor.report import Evidence, Sighting
from mockserver.journal.journal import Entry
from mockserver.rest.retry_after import Refusal


def find_early_retries(evidence: Evidence) -> Iterator[Sighting]:
    """Yield requests that were repeated before their `Retry-After` was over."""
    retry_after: dict[tuple[str, str, bytes], Entry] = {}
    for entry in evidence.entries:
        target = (entry.method, entry.path, entry.query)
        earlier = retry_after.pop(target, None)
        if earlier is not None and not _build_refusal(earlier).is_over(entry.at, entry.tick):
            seconds = _get_retry_after_seconds(earlier)
            what = f"request {earlier.number} asked the client to wait {seconds} s, but it came back sooner"
            yield Sighting((earlier.number, entry.number), f"{entry.summary}: {what}")
        if _get_retry_after_seconds(entry):
            retry_after[target] = entry


def _get_retry_after_seconds(entry: Entry) -> int:
    """Return the seconds in a response's `Retry-After`, or 0 if it has none."""
    return next((int(text) for text in entry.response_headers(b"retry-after")), 0)


def _build_refusal(entry: Entry) -> Refusal:
    return Refusal(_get_retry_after_seconds(entry), entry.at, entry.tick + entry.seconds)
