"""Finds what a command does: the function of its name, in the module of its module's name."""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.command import AccountCommand

Handler = Callable[[AccountParts, Any], Any]


@cache
def find_handler(command_type: type[AccountCommand[Any]]) -> Handler:
    """Return the handler of a command, imported when the first such command is applied.

    `commands.recordings.DeleteRecording` is handled by `command_handlers.recordings.delete_recording`.
    """
    module = import_module(command_type.__module__.replace(".commands.", ".command_handlers."))
    handler: Handler = getattr(module, re.sub(r"(?<!^)(?=[A-Z])", "_", command_type.__name__).lower())
    return handler
