"""Handles for tests.

`MockTwilio` is one account, `MockServer` has many accounts, and `Sink` receives callbacks.
"""

from typing import TYPE_CHECKING, Any

from mockserver.testing.handles import MockServer, MockTwilio

if TYPE_CHECKING:
    from mockserver.testing.sink import Sink

__all__ = ["MockServer", "MockTwilio", "Sink"]


def __getattr__(name: str) -> Any:
    """Import `Sink` at its first use: it needs the HTTP server of the standard library, and most tests do not."""
    if name != "Sink":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mockserver.testing.sink import Sink

    return Sink
