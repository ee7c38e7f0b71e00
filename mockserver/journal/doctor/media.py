"""Doctor rules: when and how a client fetches media."""

from collections.abc import Iterator

from generators.model import Status
from mockserver.journal.doctor.report import Evidence, Sighting
from mockserver.journal.journal import Entry
from mockserver.rest.auth import is_media_path
from mockserver.rest.methods import READING_METHODS
from scenarios.operations import Operation

_INCOMPLETE_STATUSES = (Status.PROCESSING, Status.ABSENT, Status.FAILED)
"""`deleted` is missing: another client may have deleted the recording."""


def find_early_fetches(evidence: Evidence) -> Iterator[Sighting]:
    """Yield media requests for recordings that were not completed."""
    for entry in evidence.entries:
        if entry.operation is Operation.FETCH_RECORDING_MEDIA and entry.response.found_status in _INCOMPLETE_STATUSES:
            yield Sighting((entry.number,), f"{entry.summary}: the recording was {entry.response.found_status}")


def find_fetches_without_credentials(evidence: Evidence) -> Iterator[Sighting]:
    """Yield media requests without credentials, even if media are public here.

    A client that sends credentials only after a 401 is not reported.
    """
    without_credentials: dict[str, list[Entry]] = {}
    for entry in evidence.entries:
        if entry.method in READING_METHODS and is_media_path(entry.path):
            if not any(name.lower() == b"authorization" for name, _ in entry.headers):
                without_credentials.setdefault(entry.path, []).append(entry)
            elif (challenged := without_credentials.get(entry.path)) and challenged[-1].response.status == 401:
                challenged.pop()
    for entry in sorted(
        (request for entries in without_credentials.values() for request in entries), key=lambda entry: entry.number
    ):
        yield Sighting((entry.number,), f"{entry.summary}: sent without credentials")
