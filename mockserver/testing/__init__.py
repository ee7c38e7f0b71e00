"""Handles for tests.

`MockTwilio` is one account, `MockServer` has many accounts, and `Sink` receives callbacks. The end of
`with mock.faults(...)` raises `UnusedFaultError` if the fault was never applied.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mockserver.testing.handles import MockServer, MockTwilio

if TYPE_CHECKING:
    from mockserver.control.client.faults import UnusedFaultError
    from mockserver.testing.sink import Sink

__all__ = ["MockServer", "MockTwilio", "Sink", "UnusedFaultError"]

_LATE_MODULES = {"Sink": "mockserver.testing.sink", "UnusedFaultError": "mockserver.control.client.faults"}
"""The modules of names that few tests use. `Sink` needs the HTTP server of the standard library."""


def __getattr__(name: str) -> Any:
    """Import a name of `_LATE_MODULES` at its first use."""
    if name not in _LATE_MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATE_MODULES[name]), name)
