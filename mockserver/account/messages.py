"""The text messages of an account: only their number is kept, and the journal has their requests."""

from generators.sids import Kind
from mockserver.account.account import Account


def create_message_sid(account: Account, *, has_media: bool) -> str:
    """Return the SID of a new message."""
    state = account.state
    number = state.message_count
    state.message_count += 1
    state.observations += 1  # the account must not begin again with the first SID
    return account.corpus.sids.encode(Kind.MEDIA_MESSAGE if has_media else Kind.MESSAGE, number)
