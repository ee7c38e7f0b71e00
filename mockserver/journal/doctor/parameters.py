"""Doctor rules: parameters that Twilio ignores or has retired."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from mockserver.journal import redaction
from mockserver.journal.doctor.report import Evidence, Sighting
from mockserver.rest.header_names import WARNING_HEADER
from mockserver.rest.messages import NOT_SENT

_RETIRED_VALUES = {
    ("RecordingStatusCallbackEvent", "failed"): "Twilio documents in-progress, completed and absent only",
}
"""Values that Twilio has retired, by parameter (WIRE §12)."""


def find_ignored_parameters(evidence: Evidence) -> Iterator[Sighting]:
    """Yield what `X-Mock-Warning` reported: everything that an operation ignored.

    That a message is not sent is no fault of the client.
    """
    for entry in evidence.entries:
        for warning in entry.response_headers(WARNING_HEADER):
            if warning != NOT_SENT:
                yield Sighting((entry.number,), f"{entry.summary}: {redaction.without_passwords(warning)}")


def find_deprecated_parameters(evidence: Evidence) -> Iterator[Sighting]:
    """Yield values that Twilio has retired."""
    for entry in evidence.entries:
        pairs = parse_qsl(entry.form.decode("latin-1"), errors="replace")
        words = {(name, word) for name, value in pairs for word in value.split()}
        for pair in sorted(words & _RETIRED_VALUES.keys()):
            yield Sighting((entry.number,), f"{entry.summary}: {'='.join(pair)}: {_RETIRED_VALUES[pair]}")
