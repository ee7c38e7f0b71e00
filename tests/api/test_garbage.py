"""Requests leave nothing behind that only the garbage collector finds: it would run again and again under load.

They are sent in a process of their own: what other tests leave in this one is no garbage of theirs.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.garbage_counts import REQUESTS, SENDERS

Counts = dict[str, tuple[list[int], dict[str, int]]]


@pytest.fixture(scope="module")
def counts() -> Counts:
    command = [sys.executable, "-m", "tests.garbage_counts"]
    root = Path(__file__).parents[2]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=True).stdout
    counts: Counts = json.loads(found)
    return counts


@pytest.mark.parametrize(("name", "status"), [(send.__name__, status) for send, status in SENDERS.items()])
def test_requests_leave_no_garbage(counts: Counts, name: str, status: int) -> None:
    statuses, garbage = counts[name]
    assert statuses == [status] * REQUESTS
    assert sum(garbage.values()) < REQUESTS, garbage
