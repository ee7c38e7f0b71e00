"""Commands of text messages."""

from mockserver.account.commands.command import AccountCommand


class CreateMessage(AccountCommand[str], frozen=True, kw_only=True):
    """Note a text message. The result is its SID: of messages, only the number is kept."""

    has_media: bool
