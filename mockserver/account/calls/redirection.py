"""A call leaves what it does: it is over, or the API leads it to another document."""

from generators.model import CallStatus
from mockserver.account.calls.conferences import LiveConferences
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.dialing import Dialer
from mockserver.account.calls.leg_recordings import LegRecordings
from mockserver.account.calls.party_recordings import PartyRecordings
from mockserver.account.calls.playing import Player
from mockserver.account.calls.wait_documents import stop_waiting
from mockserver.account.state import activities
from mockserver.account.state.live_calls import LiveCall


class Redirection:
    """Ends what calls are doing."""

    def __init__(
        self,
        context: CallContext,
        recordings: LegRecordings,
        conferences: LiveConferences,
        dialing: Dialer,
        player: Player,
        party_recordings: PartyRecordings,
    ) -> None:
        self._context = context
        self._recordings = recordings
        self._conferences = conferences
        self._dialing = dialing
        self._player = player
        self._party_recordings = party_recordings

    def finish(self, call: LiveCall, doing: activities.Doing | None, *, is_hang_up: bool) -> None:
        """Finish what a call does that is over: an action is asked once more."""
        if isinstance(doing, activities.RecordingParty):
            self._party_recordings.finish(call, doing, "hangup" if is_hang_up else None)
        elif isinstance(doing, activities.Dialing):
            self._dialing.finish(call)
        elif isinstance(doing, activities.InConference) and doing.is_dialed:
            self._dialing.finish_conference(call, doing)
        elif isinstance(doing, activities.Queued):
            self._player.leave_queue(call, doing, "hangup")
        elif isinstance(doing, activities.Requesting):
            self._context.give_up(doing.number)

    def leave(self, call: LiveCall) -> None:
        """Leave what a call does. The action of a `<Dial>` is asked before the new document."""
        doing = call.doing
        stop_waiting(self._context, call)
        is_of_dial = call.is_whispering or isinstance(doing, activities.Bridged | activities.Connecting)
        if is_of_dial and call.parent is not None:
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
