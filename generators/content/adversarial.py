"""The adversarial profile: a pool of bodies that Hypothesis draws, each a pure function of seed and number.

This module imports Hypothesis, so import it only to build an adversarial recording.
"""

import sys
from collections.abc import Callable
from functools import lru_cache
from hashlib import shake_256
from itertools import count
from tempfile import gettempdir
from threading import Lock
from typing import Any

if "hypothesis" not in sys.modules:
    # Hypothesis creates a folder `.hypothesis` in the working directory, even without a database. If nothing else in
    # this process uses Hypothesis, the folder is created in the temporary directory instead.
    from hypothesis.configuration import set_hypothesis_home_dir

    set_hypothesis_home_dir(f"{gettempdir()}/recmock-hypothesis")

from hypothesis import given, settings
from hypothesis.version import __version__ as version

from generators.strategies import recordings

POOL_SIZE = 256
"""The number of different bodies per seed. Each is drawn when it is first needed."""
_ENTROPY_SIZE = 8192


def draw_body(seed: str, random_bytes: bytes) -> dict[str, Any]:
    """Return the body of a recording: the same for the same seed, random fields and version of Hypothesis."""
    return _draw_from_pool(seed, int.from_bytes(random_bytes[:2], "little") % POOL_SIZE)


def get_hypothesis_version() -> str:
    """Return the version of Hypothesis, which determines the bodies."""
    return str(version)


@lru_cache(maxsize=4 * POOL_SIZE)
def _draw_from_pool(seed: str, number: int) -> dict[str, Any]:
    """Draw from one buffer after another until Hypothesis accepts one: almost always the first."""
    seeds = (f"{seed}/{number}/{attempt}".encode() for attempt in count())
    drawn = (_get_body_drawer().draw(shake_256(seed_bytes).digest(_ENTROPY_SIZE)) for seed_bytes in seeds)
    return next(body for body in drawn if body is not None)


class _BodyDrawer:
    """Turns bytes into a body. Hypothesis passes the body to a test function, which stores it here."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._bodies: list[dict[str, Any]] = []

        @settings(database=None)
        @given(body=recordings())
        def note(body: dict[str, Any]) -> None:
            self._bodies.append(body)

        self._fuzz: Callable[[bytes], object] = note.hypothesis.fuzz_one_input  # type: ignore[attr-defined]

    def draw(self, entropy: bytes) -> dict[str, Any] | None:
        with self._lock:
            self._bodies.clear()
            self._fuzz(entropy)
            return self._bodies[0] if self._bodies else None


_get_body_drawer = lru_cache(maxsize=1)(_BodyDrawer)
