"""The slowest page of every list of extreme mixes of a billion recordings, not cached and in one process."""

from typing import NamedTuple
from urllib.parse import quote

from mockserver.settings.machine_clock import stopwatch
from tests.harness import Api, make_settings

_MIXES = (
    "",
    "processing=0.5",
    "processing=0.0199,completed=0.00002",
    "deleted=0.99999",
    "deleted=0.9999,processing=0.0001",
    "completed=0.015625,encrypted=0.984375",
    "encrypted=1",
    "conference=0.00002",
    "conference=1",
)
_INSTANT = quote("2025-12-10T12:00:00Z")
_PATHS = (
    "Recordings.json?",
    "Recordings.json?IncludeSoftDeleted=true",
    "Transcriptions.json?",
    "Calls.json?",
    "Conferences.json?",
    f"Calls.json?EndTime={_INSTANT}",
    f"Conferences.json?DateUpdated={_INSTANT}",
    "Calls.json?From=%2B14155550100",
)


class _Slowest(NamedTuple):
    seconds: float = 0.0
    mix: str = ""
    path: str = ""


def print_list_costs() -> None:
    """Print the slowest page for each page size."""
    slowest = dict.fromkeys((1, 50, 1000), _Slowest())
    for mix in _MIXES:
        with Api(make_settings(count=10**9, mix=mix)) as api:
            api.get_twilio_json("Transcriptions.json?PageSize=2")  # imports what lists need
            for path in _PATHS:
                for size in slowest:
                    start = stopwatch()
                    api.get_twilio_json(f"{path}&PageSize={size}")
                    slowest[size] = max(slowest[size], _Slowest(stopwatch() - start, mix, path))
    for size, page in slowest.items():
        mix = page.mix or "the default"
        print(f"slowest cold page of {size} of 10**9: {page.seconds * 1e3:.0f} ms ({page.path.rstrip('?')}, mix {mix})")
