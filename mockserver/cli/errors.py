"""The error for a mistake of the user or the environment."""


class CommandError(Exception):
    """The command cannot continue. The message says what was expected, what was found and what to try.

    Args:
        code: the exit code.
    """

    def __init__(self, sentence: str, code: int = 2) -> None:
        super().__init__(sentence)
        self.code = code
