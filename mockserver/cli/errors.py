"""Errors that end a command with a message for its user."""


class CommandError(Exception):
    """The command cannot continue. The message says what was expected, what was found and what to try.

    Args:
        code: the exit code.
    """

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
