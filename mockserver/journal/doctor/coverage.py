"""Doctor rules: requests that the mock has no endpoint for, and rules of the scenario that no request has met."""

from collections.abc import Iterator

from mockserver.journal.doctor.report import Evidence, Sighting
from mockserver.journal.journal import Entry
from mockserver.rest.hosts import is_other_twilio_host

_NO_ENDPOINT_STATUSES = (404, 405)
"""The statuses of a request that reached no operation, beside those of refused credentials and bodies."""


def find_requests_without_endpoint(evidence: Evidence) -> Iterator[Sighting]:
    """Yield methods and paths that no operation answers, such as those that Twilio has and the mock has not."""
    entries_by_target: dict[str, list[Entry]] = {}
    for entry in evidence.entries:
        if entry.operation is None and entry.response.status in _NO_ENDPOINT_STATUSES:
            entries_by_target.setdefault(f"{entry.method} {_get_host(entry)}{entry.path}", []).append(entry)
    for target, entries in entries_by_target.items():
        first, times = entries[0], f", {len(entries)} times" if len(entries) > 1 else ""
        what = f"{first.number}: {target} -> {first.response.status}{times}: {first.response.reason}"
        yield Sighting(tuple(entry.number for entry in entries), what)


def find_unused_rules(evidence: Evidence) -> Iterator[Sighting]:
    """Yield the rules of the scenario that were never applied."""
    for sentence in evidence.unused_rules:
        yield Sighting((), sentence)


def _get_host(entry: Entry) -> str:
    """Return the scheme and host if the request was for another host of Twilio's than the mock's, else nothing."""
    hosts = (value.decode("latin-1") for name, value in entry.headers if name.lower() == b"host")
    return next((f"https://{host}" for host in hosts if is_other_twilio_host(host)), "")
