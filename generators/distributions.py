"""The distributions of generated values: one set of tables for the corpus and for the Faker provider.

Everything here is a table, or a function from random bits to a value. The corpus gets the bits from a hash, the
provider from Faker's generator.
"""

from generators.model import CONFERENCE_SOURCES, Source, Status, Track

STATUS_SHARES: dict[Status, float] = {
    Status.COMPLETED: 0.91,
    Status.DELETED: 0.04,
    Status.ABSENT: 0.03,
    Status.FAILED: 0.015,
    Status.PROCESSING: 0.005,
}
SOURCE_SHARES: dict[Source, float] = {
    Source.DIAL_VERB: 0.30,
    Source.OUTBOUND_API: 0.18,
    Source.RECORD_VERB: 0.16,
    Source.START_CALL_RECORDING_API: 0.12,
    Source.CONFERENCE: 0.12,
    Source.TRUNKING: 0.06,
    Source.START_CONFERENCE_RECORDING_API: 0.06,
}
DUAL_SHARE = 0.5
"""Among recordings whose source allows two channels."""
TRAIT_SHARES = {"dual": DUAL_SHARE, "encrypted": 0.0, "adversarial": 0.0}
"""No recording is encrypted unless someone asks: Twilio encrypts only if the customer has set it up."""
ADVERSARIAL_TRAIT_SHARES = {**TRAIT_SHARES, "encrypted": 0.05, "adversarial": 1.0}

MAX_DURATION = 3600
"""The longest duration of a realistic recording, in seconds."""
MAX_CALL_DURATION = 24 * 3600
"""The longest duration of any recording, in seconds: that of Twilio's longest call."""
_DURATIONS = (
    *(4, 11, 16, 20, 25, 29, 33, 38, 42, 47, 52, 58, 64, 70, 77, 84, 92),
    *(101, 110, 121, 133, 146, 161, 179, 200, 225, 255, 294, 345, 419, 537, 784, MAX_DURATION),
)
"""Quantiles in steps of 1/32 of a log-normal distribution around 92 seconds, like real phone calls."""

PRICE_PER_MINUTE = 250
"""Twilio's price of 0.0025 US dollars per started minute, in units of 0.00001."""

TRANSCRIPTION_PRICE_PER_MINUTE = 5000

_TOO_SHORT, _SILENT = 16101, 16102
_ENCRYPTION_FAILED, _NO_PUBLIC_KEY, _ENCRYPTION_BROKE = 16104, 16105, 16106
_UPLOAD_REFUSED, _UPLOAD_BROKE = 16111, 16112
_ERROR_CODES = {  # WIRE §5, eight entries each so that three bits choose
    (Status.ABSENT, False): (*[_TOO_SHORT] * 5, *[_SILENT] * 3),
    (Status.ABSENT, True): (*[_TOO_SHORT] * 3, *[_SILENT] * 2, *[_ENCRYPTION_FAILED] * 2, _NO_PUBLIC_KEY),
    (Status.FAILED, False): (*[_UPLOAD_REFUSED] * 5, *[_UPLOAD_BROKE] * 3),
    (Status.FAILED, True): (*[_ENCRYPTION_FAILED] * 4, *[_NO_PUBLIC_KEY] * 2, *[_ENCRYPTION_BROKE] * 2),
}

_TRACKS = {0: Track.INBOUND, 1: Track.OUTBOUND}
_CALL_RUNS = (*[1] * 12, *[2] * 3, 3)
_CONFERENCE_RUNS = (*[2] * 6, *[3] * 4, *[4] * 3, *[5] * 2, 6)
MAX_RUN_LENGTH = max(_CONFERENCE_RUNS)
RUN_LENGTHS: dict[Source, tuple[int, ...]] = {
    source: _CONFERENCE_RUNS if source in CONFERENCE_SOURCES else _CALL_RUNS for source in Source
}
"""The number of recordings in a call (1 to 3) or a conference (2 to 6), by 4 random bits."""


def draw_duration(bits: int) -> int:
    """Return a duration in seconds, from 16 random bits."""
    knot, rest = divmod(bits, 2048)
    low, high = _DURATIONS[knot], _DURATIONS[knot + 1]
    return low + (high - low) * rest // 2048


def compute_price(seconds: int) -> int:
    """Return the price of a recording in units of 0.00001: negative, per started minute."""
    return -PRICE_PER_MINUTE * max(1, -(-seconds // 60))


def compute_transcription_price(seconds: int) -> int:
    """Return the price of a transcription in units of 0.00001: 0.05 US dollars per started minute."""
    return -TRANSCRIPTION_PRICE_PER_MINUTE * max(1, -(-seconds // 60))


def draw_error_code(status: Status, encrypted: bool, bits: int) -> int | None:
    """Return the error code of an absent or failed recording, from 3 random bits, or None for other statuses."""
    codes = _ERROR_CODES.get((status, encrypted))
    return None if codes is None else codes[bits]


def draw_track(bits: int) -> Track:
    """Return the recorded side of the call, from 4 random bits: almost always both."""
    return _TRACKS.get(bits, Track.BOTH)
