from itertools import permutations

from mockserver.account.state.state import State, TimerKind
from mockserver.account.time.timers import Timers


def test_timers_are_listed_and_fire_by_due_time_then_in_order_of_addition() -> None:
    for dues in permutations((3, 1, 2, 2)):
        timers = Timers(State())
        for key, due in enumerate(dues):
            timers.add(due, TimerKind.STEP, key)
        expected = sorted((due, key) for key, due in enumerate(dues))
        assert expected == [(timer.due, timer.key) for timer in timers]
        assert timers.pop(0) is None
        fired = [timers.pop(3) for _ in dues]
        assert expected == [(timer.due, timer.key) for timer in fired if timer is not None]
        assert timers.pop(3) is None
