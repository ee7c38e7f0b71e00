import time

import pytest

from mockserver.account.time.clock import Clock
from mockserver.settings.machine_clock import wall_seconds
from tests.harness import Api

START = 5_000_000


class FakeTimeSource:
    """A machine clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        return self.now


def test_clock_is_frozen_by_default() -> None:
    tick_source = FakeTimeSource()
    clock = Clock(START, tick_source=tick_source)
    tick_source.now += 10_000_000
    assert clock.now() == START
    assert clock.compute_real_seconds_until(START + 1) is None


def test_clock_runs_at_its_rate_from_its_origin() -> None:
    tick_source = FakeTimeSource()
    clock = Clock(START, 60.0, tick_source=tick_source, origin=0)
    tick_source.now = 1_000_000
    assert clock.now() == START + 60_000_000
    assert clock.compute_real_seconds_until(START + 120_000_000) == 1.0
    assert clock.compute_real_seconds_until(START) == 0.0


def test_changed_rate_continues_from_current_time() -> None:
    tick_source = FakeTimeSource()
    clock = Clock(START, 1.0, tick_source=tick_source)
    tick_source.now += 3_000_000
    clock.set_rate(0.0)
    tick_source.now += 3_000_000
    assert clock.now() == START + 3_000_000
    clock.set_rate(2.0)
    tick_source.now += 1_000_000
    assert clock.now() == START + 5_000_000


def test_clock_never_moves_backward() -> None:
    clock = Clock(START)
    clock.move_to(START - 1)
    assert clock.now() == START
    with Api() as api, pytest.raises(ValueError, match="time does not go back"):
        api.advance(-1)


def test_instant_at_sets_time_inside_context() -> None:
    clock = Clock(START)
    with clock.hold_instant(START - 7):
        assert clock.now() == START - 7
        with clock.hold_instant(START - 3):
            assert clock.now() == START - 3
        assert clock.now() == START - 7
    assert clock.now() == START


def test_clock_uses_machine_time_by_default() -> None:
    clock = Clock(START, 1.0)
    first = clock.now()
    assert START <= first < START + 60_000_000
    assert clock.now() >= first


def test_wall_seconds_is_machine_time() -> None:
    assert abs(wall_seconds() - time.time()) < 5
