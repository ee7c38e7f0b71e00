"""Commands that change recordings and their subresources."""

from generators.model import InFlight, Recording, Source, Track
from generators.sids import Kind
from mockserver.account.commands.command import AccountCommand
from mockserver.account.resources.parent import Parent
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.state import RecordingDefaults
from mockserver.account.state.subscription import Subscription
from scenarios.model import ScriptedRecording


class BeginRecording(AccountCommand[int], frozen=True, kw_only=True):
    """Start a recording; see `Account.start_recording`. The result is its index."""

    call_sid: str
    conference_sid: str | None = None
    source: Source = Source.START_CALL_RECORDING_API
    channels: int = 1
    track: Track = Track.BOTH
    subscription: Subscription | None = None
    twilio_source: str | None = None
    """The source on Twilio's wire, if the contract does not know it."""


class CreateCallRecording(AccountCommand[tuple[Recording, bool]], frozen=True, kw_only=True):
    """Start recording a call through the API, unless the API already records it.

    The result is the recording, and True if it is new. Raises TwilioError 21220 if the call is over, or not answered
    yet.
    """

    call_sid: str
    channels: int = 1
    track: Track = Track.BOTH
    trim: bool = False
    """True to leave out silence at the ends, of which only live calls have any."""
    subscription: Subscription | None = None


class UpdateRecording(AccountCommand[tuple[Recording, bool]], frozen=True, kw_only=True):
    """Pause, resume or stop an active recording; see `Recordings.update`.

    The result is the recording as the response shows it, and True if it changed.
    """

    sid: str
    parent: Parent
    status: InFlight
    behavior: PauseBehavior = PauseBehavior.SILENCE


class DeleteRecording(AccountCommand[None], frozen=True, kw_only=True):
    """Delete a recording and stop its timeline; see `Recordings.delete`."""

    sid: str
    parent: Parent | None = None


class DeleteSubresource(AccountCommand[None], frozen=True, kw_only=True):
    """Delete a transcription, an add-on result or a payload; see `Subresources.delete`."""

    kind: Kind
    sid: str
    recording_sid: str | None = None
    """The recording that the path names."""
    result_sid: str | None = None
    """The add-on result that the path of a payload names."""


class UseNewSids(AccountCommand[None], frozen=True, kw_only=True):
    """Give new recordings, calls and conferences other SIDs than before: the store has lost some that clients know."""

    epoch: int
    """The epoch of the store, from 1."""


class AttachMedia(AccountCommand[None], frozen=True, kw_only=True):
    """Serve a file as a recording's media; see `Account.attach_media`, which looks at the file."""

    sid: str
    path: str


class AddRecording(AccountCommand[int | None], frozen=True, kw_only=True):
    """Create a scripted recording and play its timeline, at once or when its date has come.

    The result is the index, or None if the date is still to come. Raises ScenarioSetupError if a generated recording
    has its SID, or a date contradicts its creation.
    """

    recording: ScriptedRecording
    handle: str
    defaults: RecordingDefaults
