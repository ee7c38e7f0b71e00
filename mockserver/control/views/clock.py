"""The view of an account's clock."""

from typing import TYPE_CHECKING

import msgspec

from generators.instants import SECOND
from mockserver.control.views.instants import serialize_instant
from mockserver.settings.clock_rate import ClockRate
from scenarios.clock_mode import ClockMode

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """The clock of an account."""

    now: str
    mode: ClockMode
    rate: float
    t0: str
    """The instant at which the generated recordings end and the clock started."""


def serialize_clock(account: "Account") -> ClockView:
    rate = account.clock.rate
    t0 = account.corpus.spec.t0 * SECOND
    return ClockView(
        now=serialize_instant(account.clock.now()), mode=ClockRate(rate).mode, rate=rate, t0=serialize_instant(t0)
    )
