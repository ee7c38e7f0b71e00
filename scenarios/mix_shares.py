"""The mix of a scenario's corpus as the generators take it."""

from collections.abc import Mapping

from generators.corpus.mix import Mix, MixError
from generators.model import Source, Status
from scenarios.model import CorpusPlan

GROUPS: Mapping[str, tuple[str, ...]] = {"status": tuple(Status), "source": (*Source, "conference")}
"""The names below which shares may stand, and the shares that may stand there."""


def collect_mix_shares(plan: CorpusPlan) -> dict[str, float]:
    """Return the shares by name, for `Mix.of`, whether they stand alone or below `status`, `source`.

    Raises:
        MixError: a share that is there twice, or below a name that is no group, or below the wrong one.
    """
    shares: dict[str, float] = {}
    for name, share in (plan.mix or {}).items():
        if isinstance(share, dict) and name not in GROUPS:
            raise MixError(f"expected shares below {' or '.join(GROUPS)}, found them below {name!r}.")
        for inner, value in share.items() if isinstance(share, dict) else ((name, share),):
            if isinstance(share, dict) and inner not in GROUPS[name]:
                raise MixError(f"expected below {name} one of {', '.join(GROUPS[name])}, found {inner!r}.")
            if inner in shares:
                raise MixError(f"expected each share once, found {inner!r} twice.")
            shares[inner] = value
    return shares


def find_mix_problem(plan: CorpusPlan) -> str | None:
    """Return what is wrong with a plan's mix; None where a corpus can have it."""
    try:
        Mix.from_shares(collect_mix_shares(plan))
    except MixError as wrong:
        return str(wrong)
    return None
