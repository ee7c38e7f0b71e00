"""Handles for tests.

`MockTwilio` is one account, `MockServer` has many accounts, and `Sink` receives callbacks. The end of
`with mock.faults(...)` raises `UnusedFaultError` if the fault was never applied.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.control.client.faults import UnusedFaultError
    from mockserver.testing.handles import MockServer, MockTwilio
    from mockserver.testing.sink import Received, Sink

__all__ = ["MockServer", "MockTwilio", "Received", "Sink", "UnusedFaultError"]
_MODULES = {
    "MockServer": "mockserver.testing.handles",
    "MockTwilio": "mockserver.testing.handles",
    "Received": "mockserver.testing.sink",
    "Sink": "mockserver.testing.sink",
    "UnusedFaultError": "mockserver.control.client.faults",
}

if not TYPE_CHECKING:  # pragma: no branch - a type checker would take any other name for a name of this module

    def __getattr__(name: str) -> Any:
        """Import a class at its first use: many tests need no sink.

        Raises:
            ImportError: if a module of the user's project has the name of one of our packages.
        """
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        from recmock_entry import find_hidden_package

        if (hidden := find_hidden_package()) is not None:
            raise ImportError(hidden)
        return getattr(import_module(_MODULES[name]), name)
