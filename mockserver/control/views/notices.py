"""The view of a notice."""

from typing import Any, Literal

import msgspec


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """Something of an account has changed: a client reads again what it shows of this kind."""

    id: str
    kind: Literal["recording", "event", "request", "callback", "call", "clock", "rules", "account", "lag"]
    """`account`: it was replaced, as by a reset, or its snapshots or overrides changed. `lag`: notices are missing. In
    both cases everything may have changed.
    """
    values: dict[str, Any]
    """What helps to read the new part only, such as the number of the first new request."""
