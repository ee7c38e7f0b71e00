"""What goes wrong in a command through no fault of ours."""


class CommandError(Exception):
    """The command cannot go on; the message says what was expected, what was found and what to try."""
