"""Doctor rules: when and how a client fetches media."""

from collections.abc import Iterator

from generators.model import Status
from mockserver.journal.doctor.report import Evidence, Sighting
from mockserver.journal.journal import Entry
from mockserver.rest.auth import is_media_path
from scenarios.operations import Operation

_NOT_COMPLETED = (Status.PROCESSING, Status.ABSENT, Status.FAILED)
"""`deleted` is missing: another client may have deleted the recording."""
_READING = ("GET", "HEAD")


def find_early_fetches(evidence: Evidence) -> Iterator[Sighting]:
    """Yield media requests for recordings that were not completed."""
    for entry in evidence.entries:
        if entry.operation is Operation.FETCH_RECORDING_MEDIA and entry.response.found in _NOT_COMPLETED:
            yield Sighting((entry.number,), f"{entry.line}: the recording was {entry.response.found}")


def find_fetches_without_credentials(evidence: Evidence) -> Iterator[Sighting]:
    """Yield media requests without credentials, even if media are public here.

    A client that sends credentials only after a 401 is not reported.
    """
    bare: dict[str, list[Entry]] = {}
    for entry in evidence.entries:
        if entry.method in _READING and is_media_path(entry.path):
            if not any(name.lower() == b"authorization" for name, _ in entry.headers):
                bare.setdefault(entry.path, []).append(entry)
            elif (challenged := bare.get(entry.path)) and challenged[-1].response.status == 401:
                challenged.pop()
    for entry in sorted((each for entries in bare.values() for each in entries), key=lambda entry: entry.number):
        yield Sighting((entry.number,), f"{entry.line}: sent without credentials")
