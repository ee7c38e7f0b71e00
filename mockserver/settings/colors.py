"""Whether an output shows colour."""

import sys
from collections.abc import Mapping


def shows_color(*, is_terminal: bool, environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return True for a terminal that shows colour, unless NO_COLOR is set (https://no-color.org)."""
    if not is_terminal or environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return platform != "win32" or bool(environment.get("WT_SESSION"))  # older consoles print the sequences
