"""Commands of live calls. What an app answers enters as a command that holds it: a replay asks no app."""

from mockserver.account.commands.command import AccountCommand
from mockserver.account.commands.new_call import NewCall
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.subscription import Signer, StatusSubscription
from mockserver.callbacks.app_request import AppAnswer


class PlaceCall(AccountCommand[LiveCall], frozen=True, kw_only=True):
    """Create a call. The result is the call."""

    call: NewCall


class UpdateCall(AccountCommand[None], frozen=True, kw_only=True):
    """End a call, or let it play another document. Raises TwilioError 21220 if the call is not in progress."""

    number: int
    status: str | None = None
    """`completed` or `canceled`."""
    voice: VoiceDocument | None = None
    subscription: StatusSubscription | None = None
    """The new receiver of its status callbacks."""
    time_limit: int | None = None
    """Seconds that it may last from its answer."""


class AdoptCall(AccountCommand[LiveCall], frozen=True, kw_only=True):
    """Let a call begin here that only recordings show, or that nothing shows. The result is the call.

    Raises TwilioError 21220 if its recordings show that it is over.
    """

    sid: str
    signer: Signer


class CountFetch(AccountCommand[int], frozen=True, kw_only=True):
    """Count a fetch of a call. The result is how often it was fetched since it last changed."""

    number: int


class HangUpCall(AccountCommand[None], frozen=True, kw_only=True):
    """Let the party on the line hang up."""

    number: int


class DeleteCall(AccountCommand[None], frozen=True, kw_only=True):
    """Delete a call. Its recordings stay. Raises TwilioError 20009 if it is not over."""

    number: int


class DeleteRecordedCall(AccountCommand[None], frozen=True, kw_only=True):
    """Delete a call that only its recordings show; they stay.

    Raises TwilioError 20404 if there is none, and 20009 if it is in progress.
    """

    sid: str


class ClaimAppRequest(AccountCommand[None], frozen=True, kw_only=True):
    """Take a request of a call to its app, to send it."""

    number: int


class ReleaseAppRequest(AccountCommand[None], frozen=True, kw_only=True):
    """Return a request to the queue: it was cancelled before the answer was known."""

    number: int


class ReceiveAnswer(AccountCommand[None], frozen=True, kw_only=True):
    """Continue a call with the answer of its app, or without one if the app did not answer."""

    number: int
    answer: AppAnswer
