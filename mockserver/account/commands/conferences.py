"""Commands of live conferences and their participants."""

import msgspec

from mockserver.account.commands.command import AccountCommand
from mockserver.account.commands.new_call import NewCall
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_conferences import JoinOptions
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.account.state.subscription import StatusSubscription


class CreateParticipant(AccountCommand[LiveCall], frozen=True, kw_only=True):
    """Call a participant that joins a conference. The result is its call.

    Raises TwilioError 20404 if the conference is given by SID and no live one that is not over has it.
    """

    conference: str
    """The SID, or the friendly name, which need not be known yet."""
    call: NewCall
    options: JoinOptions
    """How it joins. The number of the conference is filled in."""
    subscription: StatusSubscription | None = None
    """The receiver of the conference's events."""
    record: RecordOptions | None = None
    """How the conference is recorded."""
    max_participants: int | None = None


class ParticipantChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What changes of a participant; None for what stays."""

    muted: bool | None = None
    hold: bool | None = None
    coaching: bool | None = None
    coached_call_sid: str | None = None
    end_on_exit: bool | None = None
    hold_url: str | None = None
    """What it hears while it is on hold; an absolute URL."""
    hold_method: str = "POST"
    announce_url: str | None = None
    """What it hears once, now; an absolute URL."""
    announce_method: str = "POST"


class UpdateParticipant(AccountCommand[None], frozen=True, kw_only=True):
    """Mute a participant, put it on hold, or change what it may do. Raises TwilioError 20404 if there is none."""

    conference_sid: str
    participant: str
    """Its CallSid or label."""
    changes: ParticipantChanges


class KickParticipant(AccountCommand[None], frozen=True, kw_only=True):
    """Remove a participant from a conference. Raises TwilioError 20404 if there is none."""

    conference_sid: str
    participant: str
    """Its CallSid or label."""


class AnnounceToConference(AccountCommand[None], frozen=True, kw_only=True):
    """Let all participants hear a document. Raises TwilioError 20404 if there is no such conference, or it is over."""

    sid: str
    url: str
    """An absolute URL."""
    method: str


class EndConference(AccountCommand[None], frozen=True, kw_only=True):
    """End a live conference. Raises TwilioError 20404 if there is none, or it is over."""

    sid: str
