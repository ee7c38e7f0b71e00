import time

import pytest

from mockserver.clock import SystemClock, VirtualClock, wall_seconds
from tests.harness import T0


def test_the_system_clock_starts_at_t0_and_goes_on() -> None:
    clock = SystemClock(T0)
    first = clock.now()
    assert 0 <= first - T0 * 1_000_000 < 5_000_000
    assert clock.now() >= first


def test_a_virtual_clock_moves_only_when_told() -> None:
    clock = VirtualClock(T0)
    assert clock.now() == T0 * 1_000_000
    clock.advance(1.5)
    assert clock.now() == T0 * 1_000_000 + 1_500_000


def test_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="time does not go back"):
        VirtualClock(T0).advance(-1)


def test_the_wall_is_the_machines() -> None:
    assert abs(wall_seconds() - time.time()) < 5
