"""Recordings that arrive by themselves: drawn from the seed, the rule and their number, and nothing else."""

from collections.abc import Mapping
from struct import Struct
from typing import TypeVar

import msgspec

from generators import distributions
from generators.content.encryption_details import build_encryption_details
from generators.corpus.corpus import Corpus
from generators.corpus.mix import Mix
from generators.instants import SECOND
from generators.model import CONFERENCE_SOURCES, DUAL_SOURCES, Recording, Status
from generators.seeds import derive_bytes
from generators.sids import Kind
from mockserver.account.state.arrivals import encode_origin
from scenarios.arrivals import (
    build_arrival_mix,
    build_arriving,
    choose_duration,
    compute_interval,
    list_status_shares,
)
from scenarios.full_timelines import build_full_timeline
from scenarios.model import Arrival
from scenarios.steps import Timeline

Choice = TypeVar("Choice")
_UNIT = 1 << 32
_DRAWS_LAYOUT = Struct("<6L8x")


class Draws(msgspec.Struct, frozen=True):
    """Random numbers above 0 and below 1, of one recording."""

    gap: float
    source: float
    channels: float
    encryption: float
    status: float
    duration: float


def draw(corpus: Corpus, rule: int, number: int) -> Draws:
    """Return the random numbers of a recording."""
    spec = corpus.spec
    data = derive_bytes(spec.seed, "arrival", spec.account_sid.lower(), str(rule), str(number))
    return Draws(*[(bits + 0.5) / _UNIT for bits in _DRAWS_LAYOUT.unpack(data)])


class ArrivalPlan:
    """What follows from a rule and the mix of the corpus, computed once.

    Args:
        of_corpus: the mix of the account's corpus.
    """

    def __init__(self, arrival: Arrival, of_corpus: Mix) -> None:
        own = build_arrival_mix(arrival.mix)
        self.interval = compute_interval(arrival)
        self.mix = own or of_corpus
        """The shares of sources and traits."""
        self._status_shares = list_status_shares(own, of_corpus)
        self._arrival = arrival
        self._timelines: dict[Status, Timeline] = {}
        """By status, of recordings whose duration the rule does not set."""

    def build_timeline(self, draws: Draws) -> Timeline:
        """Return what a recording plays."""
        status, duration = choose(self._status_shares, draws.status), choose_duration(self._arrival, draws.duration)
        if duration is not None:
            return build_full_timeline(build_arriving(self._arrival, status, duration))
        if status not in self._timelines:
            self._timelines[status] = build_full_timeline(build_arriving(self._arrival, status))
        return self._timelines[status]


def build_recording(corpus: Corpus, mix: Mix, rule: int, number: int, draws: Draws, instant: int) -> Recording:
    """Return a recording that arrives, with status processing.

    Args:
        mix: the shares of sources and traits.
        rule: the number of its rule.
        number: its number in the rule, from 1.
        instant: the instant at which it arrives.
    """
    origin, created = encode_origin(rule, number), instant // SECOND
    chance, sids = corpus.random_fields(origin), corpus.sids
    source = choose(mix.source, draws.source)
    is_encrypted = draws.encryption < mix.encrypted
    return Recording(
        sid=sids.encode(Kind.RECORDING, origin),
        account_sid=corpus.spec.account_sid,
        call_sid=sids.encode(Kind.CALL, origin),
        conference_sid=sids.encode(Kind.CONFERENCE, origin) if source in CONFERENCE_SOURCES else None,
        status=Status.PROCESSING,
        source=source,
        channels=2 if source in DUAL_SOURCES and draws.channels < mix.dual else 1,
        track=distributions.draw_track(chance.track),
        encryption=build_encryption_details(sids, chance) if is_encrypted else None,
        start_time=created,
        date_created=created,
        date_updated=created,
        is_scripted=True,
    )


def choose(shares: Mapping[Choice, float], chance: float) -> Choice:
    """Return one of several values by their shares, which sum to 1."""
    rest = chance
    for value, share in shares.items():
        rest -= share
        if rest < 0:
            return value
    return max(shares, key=lambda value: shares[value])  # the sum of the shares is a little less than 1
