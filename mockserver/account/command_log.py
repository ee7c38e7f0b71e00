"""The log of an account's commands. The account can be built again from it."""

import msgspec

from mockserver.account.commands.command import HistoryEntry

MIN_LENGTH = 4096
"""The number of commands after which a log may begin again with a snapshot. To apply them takes about 0.1 s."""
MIN_SHARE = 4
"""It does so after one command for so many recordings of the account: to encode one takes a tenth of a command."""


class CommandLog(msgspec.Struct):
    """What an account began with, and its commands since then."""

    beginning: HistoryEntry
    """A `SetUpScenario` or a `RestoreSnapshot`."""
    entries: list[HistoryEntry] = []
