"""The mix of a corpus: the shares of statuses, sources and traits."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self, TypeVar

import msgspec

from generators.distributions import DUAL_SHARE, SOURCE_SHARES, STATUS_SHARES, TRAIT_SHARES
from generators.model import CONFERENCE_SOURCES, Source, Status
from generators.setup_error import MockSetupError
from generators.suggestion import suggest

Name = TypeVar("Name", bound=StrEnum)


class MixError(MockSetupError):
    """No corpus can have these shares. The message says what was expected and what was found."""


class Mix(msgspec.Struct, frozen=True, kw_only=True):
    """Shares between 0 and 1. Those of `status`, and those of `source`, sum to 1."""

    status: Mapping[Status, float] = msgspec.field(default_factory=STATUS_SHARES.copy)
    source: Mapping[Source, float] = msgspec.field(default_factory=SOURCE_SHARES.copy)
    dual: float = DUAL_SHARE
    """The share of two channels, among recordings whose source allows two."""
    encrypted: float = 0.0
    adversarial: float = 0.0

    def __hash__(self) -> int:
        return hash(
            (self.dual, self.encrypted, self.adversarial)
        )  # mixes that agree in these three rarely differ elsewhere

    @classmethod
    def from_shares(cls, shares: Mapping[str, float], *, traits: Mapping[str, float] = TRAIT_SHARES) -> Self:
        """Return the mix with the given shares. The remaining ones are scaled to fill the rest.

        Args:
            shares: by name: the statuses and sources of the contract, `conference` (both conference sources together),
                `dual`, `encrypted`, `adversarial`.
            traits: the shares of `dual`, `encrypted` and `adversarial` if `shares` does not name them.

        Raises:
            MixError: if a name is unknown, a share is outside 0..1, or the shares of one kind exceed 1.
        """
        known = [*Status, *Source, "conference", *traits]
        for name, share in shares.items():
            if name not in known:
                raise MixError(f"expected one of {', '.join(known)}, found {name!r}.{suggest(name, known)}")
            if not 0 <= share <= 1:
                raise MixError(f"expected a share between 0 and 1 for {name}, found {share:g}.")
        sources = _scale_rest(SOURCE_SHARES, {Source(name): shares[name] for name in Source if name in shares})
        if "conference" in shares:
            sources = _with_conference_share(sources, shares["conference"])
        return cls(
            status=_scale_rest(STATUS_SHARES, {Status(name): shares[name] for name in Status if name in shares}),
            source=sources,
            **{name: shares.get(name, default) for name, default in traits.items()},
        )

    def compute_finished_status_shares(self) -> dict[Status, float]:
        """Return the shares of the statuses among recordings that are no longer processing, `deleted` first."""
        order = (Status.DELETED, Status.COMPLETED, Status.ABSENT, Status.FAILED)
        others = {status: self.status[status] for status in order}
        total = sum(others.values())
        if not total:
            return {Status.DELETED: 0.0, Status.COMPLETED: 1.0}
        return {status: share / total for status, share in others.items()}

    @classmethod
    def parse(cls, text: str, *, traits: Mapping[str, float] = TRAIT_SHARES) -> Self:
        """Parse a mix such as `deleted=0.2,dual=1,Trunking=0.5`; see `from_shares`.

        Raises:
            MixError: if the text is malformed, or `from_shares` rejects the shares.
        """
        shares: dict[str, float] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, number = part.partition("=")
            try:
                shares[name.strip()] = float(number)
            except ValueError:
                raise MixError(f"expected NAME=SHARE pairs such as deleted=0.2,dual=1, found {part!r}.") from None
        return cls.from_shares(shares, traits=traits)


def _scale_rest(defaults: Mapping[Name, float], named: Mapping[Name, float]) -> dict[Name, float]:
    total = sum(named.values())
    if total > 1 + 1e-9:
        listed = ", ".join(f"{name}={share:g}" for name, share in named.items())
        raise MixError(f"expected shares that sum to at most 1, found {total:g} ({listed}).")
    rest = {name: share for name, share in defaults.items() if name not in named}
    room = max(0.0, 1 - total)
    if not rest and room > 1e-9:
        raise MixError(f"expected all shares to sum to 1, found {total:g}.")
    scale = room / sum(rest.values()) if rest else 0
    return {name: named[name] if name in named else rest[name] * scale for name in defaults}


def _with_conference_share(sources: Mapping[Source, float], share: float) -> dict[Source, float]:
    conferences = sum(value for source, value in sources.items() if source in CONFERENCE_SOURCES)
    if (share > 0 and conferences <= 0) or (share < 1 and conferences >= 1):
        raise MixError(f"expected a share of conferences that the sources allow, found {share:g}.")
    inside = share / conferences if conferences else 0
    outside = (1 - share) / (1 - conferences) if conferences < 1 else 0
    return {source: value * (inside if source in CONFERENCE_SOURCES else outside) for source, value in sources.items()}
