"""Commands of text messages."""

from generators.sids import Kind
from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.messages import CreateMessage


def create_message(account: AccountParts, command: CreateMessage) -> str:
    number = account.state.message_count
    account.state.message_count += 1
    account.state.observations += 1  # the account must not begin again with the first SID
    return account.corpus.sids.encode(Kind.MEDIA_MESSAGE if command.has_media else Kind.MESSAGE, number)
