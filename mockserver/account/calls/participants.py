"""What the API does to live conferences and their participants."""

from generators.sids import Kind, fold_sid, is_sid
from mockserver.account.calls.conference_talk import list_present
from mockserver.account.calls.conferences import LiveConferences
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.wait_documents import end_hold
from mockserver.account.calls.waits import Waits
from mockserver.account.commands.conferences import ParticipantChanges
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_conferences import LiveConference, Participant
from mockserver.account.state.waiting import WaitKind
from mockserver.rest.errors import TwilioError
from scenarios.statuses import ConferenceStatus


class ApiConferences:
    """The conferences of an account by SID, and their participants by CallSid or label."""

    def __init__(self, context: CallContext, conferences: LiveConferences, waits: Waits) -> None:
        self._context = context
        self._live = context.live
        self._conferences = conferences
        self._waits = waits

    def find(self, sid: str) -> LiveConference | None:
        """Return the conference with a SID, or the open one with a friendly name, or None if there is none."""
        if not is_sid(sid, Kind.CONFERENCE):
            return self._conferences.find_open(sid)
        return self._context.find_conference(sid)

    def get_open(self, sid: str) -> LiveConference:
        """Return the conference with a SID or a friendly name.

        Raises:
            TwilioError: 20404 if there is none, or it is over.
        """
        conference = self.find(sid)
        if conference is None or conference.status is ConferenceStatus.COMPLETED:
            raise TwilioError(20404, f"No conference that is not over is {sid[:60]!r}.")
        return conference

    def get_participant(self, conference_sid: str, label_or_sid: str) -> tuple[LiveConference, Participant, LiveCall]:
        """Return a participant of a conference by its CallSid or its label.

        Raises:
            TwilioError: 20404 if there is none.
        """
        conference = self.get_open(conference_sid)
        for participant in conference.participants:
            call = self._live.calls[participant.call]
            if label_or_sid == participant.label or fold_sid(label_or_sid) == call.sid:
                return conference, participant, call
        raise TwilioError(20404, f"{conference.sid} has no participant {label_or_sid[:60]!r}.")

    def change(self, conference_sid: str, label_or_sid: str, changes: ParticipantChanges) -> None:
        """Mute a participant, put it on hold, or change what it may do."""
        conference, participant, call = self.get_participant(conference_sid, label_or_sid)
        if changes.end_on_exit is not None:
            participant.end_on_exit = changes.end_on_exit
        if changes.coached_call_sid is not None:
            participant.coached_call_sid = changes.coached_call_sid
        if changes.coaching is not None:
            participant.coaching = changes.coaching
        participant.updated_at = self._context.clock.now()
        if changes.muted is not None and changes.muted != participant.muted:
            participant.muted = changes.muted
            self._conferences.callbacks.send_participant(
                conference, "mute" if changes.muted else "unmute", call, participant
            )
        if changes.hold is not None and changes.hold != participant.hold:
            participant.hold = changes.hold
            self._conferences.callbacks.send_participant(
                conference, "hold" if changes.hold else "unhold", call, participant
            )
        self._play(participant, call, changes)
        self._context.touch(conference)

    def _play(self, participant: Participant, call: LiveCall, changes: ParticipantChanges) -> None:
        """Play the document of a hold, end it with the hold, and play an announcement."""
        if participant.joined_at is None:
            return
        if changes.hold is False:
            end_hold(self._context, call)
        elif participant.hold and changes.hold_url is not None:
            self._waits.begin(call, WaitKind.HOLD, changes.hold_url, changes.hold_method)
        if changes.announce_url is not None:
            self._waits.announce((call,), changes.announce_url, changes.announce_method)

    def announce(self, conference_sid: str, url: str, method: str) -> None:
        """Let all participants hear a document, for which the app is asked once."""
        present = [self._live.calls[one.call] for one in list_present(self.get_open(conference_sid))]
        if present:
            self._waits.announce(present, url, method)

    def kick(self, conference_sid: str, label_or_sid: str) -> None:
        """Remove a participant. A call that the API placed into the conference ends."""
        _, _, call = self.get_participant(conference_sid, label_or_sid)
        self._conferences.kick(call)

    def end(self, conference_sid: str) -> None:
        """End a conference."""
        self._conferences.end(self.get_open(conference_sid), "conference-ended-via-api")
