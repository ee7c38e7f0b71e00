"""A call that the API leads to another document leaves what it does."""

from generators.model import CallStatus
from mockserver.account.calls.conferences import LiveConferences
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.dialing import Dialer
from mockserver.account.calls.leg_recordings import LegRecordings
from mockserver.account.calls.playing import Player
from mockserver.account.state import activities
from mockserver.account.state.live_calls import LiveCall


class Redirection:
    """Ends what calls are doing, while the calls go on."""

    def __init__(
        self,
        context: CallContext,
        recordings: LegRecordings,
        conferences: LiveConferences,
        dialing: Dialer,
        player: Player,
    ) -> None:
        self._context = context
        self._recordings = recordings
        self._conferences = conferences
        self._dialing = dialing
        self._player = player

    def leave(self, call: LiveCall) -> None:
        """Leave what a call does. The action of a `<Dial>` is asked before the new document."""
        doing = call.doing
        if call.is_whispering or isinstance(doing, activities.Bridged):
            self._dialing.release(call)
        if isinstance(doing, activities.Dialing):
            self._dialing.end_children(call, CallStatus.CANCELED)
            self._dialing.finish(call)  # its action is asked, but the later document counts (WIRE-CALLS §1.4)
        elif isinstance(doing, activities.InConference):
            self._conferences.leave(call)
        elif isinstance(doing, activities.Queued):
            self._player.leave_queue(call, doing, "redirected")
        elif isinstance(doing, activities.RecordingParty):
            for recording in [known for known in call.recordings if known.index == doing.recording]:
                call.recordings.remove(recording)
                self._recordings.end(recording, call.talk)
        elif isinstance(doing, activities.Requesting):
            self._context.give_up(doing.number)
        call.doing, call.document, call.is_whispering = None, None, False
