"""The view of a capture: what happened in an account, as a scenario."""

from typing import Any

import msgspec


class CaptureView(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in an account, as a scenario that plays it again."""

    scenario: dict[str, Any]
    """The scenario, as in a file."""
    notes: tuple[str, ...]
    """What a scenario cannot say, one sentence each."""
