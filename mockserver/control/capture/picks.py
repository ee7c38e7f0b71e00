"""The generated recordings that the scenario of an account picks, with what happened to them."""

from collections.abc import Iterator

import msgspec

from generators.instants import SECOND
from mockserver.account.account import Account
from mockserver.control.capture.changes import ChangesByIndex, build_steps
from scenarios.handles import assign_pick_handles
from scenarios.model import Pick


def find_picked(account: Account) -> dict[str, int]:
    """Return the indices of the picked recordings, by handle."""
    picks = () if account.scenario is None else account.scenario.pick
    handles = [handle for pick in picks for handle in assign_pick_handles(pick)]
    return {handle: account.state.handles[handle] for handle in handles if handle in account.state.handles}


def iter_picks(account: Account, changes: ChangesByIndex) -> Iterator[Pick]:
    """Yield a pick of one recording for each that the scenario picked.

    One to which nothing happened keeps its timeline: else the next pick would get its recording.
    """
    start, picked = account.corpus.spec.t0 * SECOND, find_picked(account)
    for pick in () if account.scenario is None else account.scenario.pick:
        for handle in assign_pick_handles(pick):
            steps = build_steps(changes.get(picked[handle], ()), start)
            yield msgspec.structs.replace(pick, id=handle, count=1, timeline=tuple(steps) or pick.timeline)
