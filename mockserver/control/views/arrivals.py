"""The view of a rule by which recordings arrive."""

from typing import TYPE_CHECKING, Any

import msgspec

from mockserver.control.views.instants import serialize_instant

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.state.arrivals import ArrivalState


class ArrivalView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule by which recordings arrive by themselves, and how far it is."""

    number: int
    arrival: dict[str, Any]
    arrived: int
    """The number of recordings that have arrived."""
    next: str | None
    """The instant of the next one; None if the rule has not started, or is over."""


def serialize_arrival(state: "ArrivalState") -> ArrivalView:
    return ArrivalView(
        number=state.number,
        arrival=msgspec.to_builtins(state.arrival),
        arrived=state.arrived,
        next=None if state.next_instant is None else serialize_instant(state.next_instant),
    )
