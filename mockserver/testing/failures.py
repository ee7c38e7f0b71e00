"""Failures of a fixture, shown as one sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from generators.setup_error import MockSetupError
from mockserver.control.client.errors import ControlError
from mockserver.settings.settings import SettingsError

_USER_ERRORS = (SettingsError, ControlError, MockSetupError)
"""Errors that wrong options or marker arguments cause."""


@contextmanager
def name_foreign_tool() -> Iterator[None]:
    """Name the library that does not let the server start, such as pytest-socket, which blocks sockets."""
    try:
        yield
    except _USER_ERRORS:
        raise
    except Exception as error:
        library = type(error).__module__.partition(".")[0]
        if library == "builtins" or library in sys.stdlib_module_names:
            raise
        found = f"{library} raised {type(error).__name__}: {error}"
        raise SettingsError(f"expected to start a server on 127.0.0.1, but {found}") from None


@contextmanager
def fail_without_traceback() -> Iterator[None]:
    """Fail the test with the message of a user error, and without our traceback."""
    try:
        yield
    except _USER_ERRORS as error:
        raise pytest.fail.Exception(f"recmock: {error}", pytrace=False) from None
