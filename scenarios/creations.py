"""Which timeline a recording plays that a call, a conference or the API starts."""

from collections.abc import Mapping, Sequence

from scenarios.creation_matcher import Creation
from scenarios.model import OnCreate


def list_rules(on_create: OnCreate | tuple[OnCreate, ...] | None) -> tuple[OnCreate, ...]:
    """Return the items of `on_create`; a mapping is the only one."""
    if on_create is None:
        return ()
    return on_create if isinstance(on_create, tuple) else (on_create,)


def count_matches(rules: Sequence[OnCreate], creation: Creation, counts: Mapping[int, int]) -> dict[int, int]:
    """Return how many new recordings each item with `nth` has matched by now, with this one.

    Args:
        counts: the numbers before it, by position.
    """
    counted = {
        position: counts.get(position, 0) + 1
        for position, rule in enumerate(rules)
        if rule.when is not None and rule.when.nth is not None and creation.matches(rule.when)
    }
    return {**counts, **counted}


def find_rule(rules: Sequence[OnCreate], creation: Creation, counts: Mapping[int, int]) -> OnCreate | None:
    """Return the first item that matches a new recording, or None.

    Args:
        counts: the numbers with this recording, by position.
    """
    for position, rule in enumerate(rules):
        when = rule.when
        if when is None or (creation.matches(when) and when.nth in (None, counts.get(position))):
            return rule
    return None
