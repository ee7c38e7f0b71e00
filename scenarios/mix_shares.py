"""The mix of generated or arriving recordings in a scenario, in the form that the generators take."""

from collections.abc import Mapping

from generators.corpus.mix import Mix, MixError
from generators.model import Source, Status
from scenarios.plans import Shares

SHARE_GROUPS: Mapping[str, tuple[str, ...]] = {"status": tuple(Status), "source": (*Source, "conference")}
"""The groups of shares, and the names in each."""


def collect_mix_shares(mix: Shares | None) -> dict[str, float]:
    """Return the shares by name for `Mix.from_shares`, whether they are in a group or not.

    Raises:
        MixError: if a share is given twice, in an unknown group, or in the wrong group.
    """
    shares: dict[str, float] = {}
    for name, share in (mix or {}).items():
        if isinstance(share, dict) and name not in SHARE_GROUPS:
            raise MixError(f"expected shares below {' or '.join(SHARE_GROUPS)}, found them below {name!r}.")
        for inner, value in share.items() if isinstance(share, dict) else ((name, share),):
            if isinstance(share, dict) and inner not in SHARE_GROUPS[name]:
                raise MixError(f"expected below {name} one of {', '.join(SHARE_GROUPS[name])}, found {inner!r}.")
            if inner in shares:
                raise MixError(f"expected each share once, found {inner!r} twice.")
            shares[inner] = value
    return shares


def find_mix_problem(mix: Shares | None) -> str | None:
    """Return what is wrong with a mix, or None if it is valid."""
    try:
        Mix.from_shares(collect_mix_shares(mix))
    except MixError as error:
        return str(error)
    return None
