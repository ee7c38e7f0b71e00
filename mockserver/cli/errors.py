"""What goes wrong in a command through no fault of ours."""


class CommandError(Exception):
    """The command cannot go on; the message says what was expected, what was found and what to try.

    Args:
        code: the exit code.
    """

    def __init__(self, sentence: str, code: int = 2) -> None:
        super().__init__(sentence)
        self.code = code
