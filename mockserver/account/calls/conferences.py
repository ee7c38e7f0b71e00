"""Live conferences: who is in them, what is said, and their recording."""

from collections.abc import Callable

import msgspec

from generators.model import Source
from generators.sids import Kind
from mockserver.account.calls.conference_callbacks import ConferenceCallbacks
from mockserver.account.calls.conference_talk import ConferenceTalk, list_present
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.debugger import Debugger
from mockserver.account.calls.leg_recordings import LegRecordings
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.calls.wait_documents import stop_waiting, stop_waiting_for_start
from mockserver.account.state.activities import InConference
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_conferences import JoinOptions, LiveConference, Participant
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.account.state.subscription import Signer, StatusSubscription
from mockserver.account.state.waiting import WaitKind
from mockserver.twiml import acts
from scenarios.statuses import ConferenceStatus

_MIN_PARTICIPANTS = 2
_ENDING_PARTICIPANT = "participant-with-end-conference-on-exit"


class LiveConferences:
    """The conferences of an account's live calls.

    Args:
        begin_wait: lets a call that waits hear the document of a URL, asked with a method.
        leave: continues or ends a call that is no longer in its conference.
    """

    def __init__(
        self,
        context: CallContext,
        recordings: LegRecordings,
        subscriptions: Subscriptions,
        debugger: Debugger,
        begin_wait: Callable[[LiveCall, WaitKind, str, str], None],
        leave: Callable[[LiveCall, InConference | None], None],
    ) -> None:
        self._context = context
        self._state = context.state
        self._live = context.live
        self._recordings = recordings
        self._subscriptions = subscriptions
        self._debugger = debugger
        self.callbacks = ConferenceCallbacks(context)
        self._talk = ConferenceTalk(context)
        self._begin_wait = begin_wait
        self._leave = leave

    def get(self, number: int) -> LiveConference:
        """Return a conference by number."""
        return self._live.conferences[number]

    def find_open(self, name: str) -> LiveConference | None:
        """Return the conference with a friendly name that is not over, or None if there is none."""
        known = (conference for conference in self._live.conferences.values() if conference.friendly_name == name)
        return next((one for one in known if one.status is not ConferenceStatus.COMPLETED), None)

    def report_if_full(self, call: LiveCall, name: str) -> bool:
        """Return True if a call cannot join the conference with a friendly name. The debugger then says so."""
        conference = self.find_open(name)
        if conference is None or not conference.is_full:
            return False
        text = f"Conference is full: {name!r} has {len(conference.participants)} participants"
        self._debugger.report_code(call, 16020, text)
        return True

    def open(self, name: str, signer: Signer) -> LiveConference:
        """Return the open conference with a friendly name, which is new if there is none."""
        known = self.find_open(name)
        if known is not None:
            return known
        number, now = self._live.conference_serial, self._context.clock.now()
        self._live.conference_serial += 1
        conference = LiveConference(
            number=number,
            sid=self._context.make_sid(Kind.CONFERENCE, number),
            friendly_name=name,
            signer=signer,
            created_at=now,
            updated_at=now,
        )
        self._live.conferences[number] = conference
        self._state.version += 1
        return conference

    def configure(
        self, conference: LiveConference, subscription: StatusSubscription | None, record: RecordOptions | None
    ) -> None:
        """Set callback and recording of a conference, unless an earlier participant has set them."""
        conference.subscription = conference.subscription or subscription
        conference.record = conference.record or record

    def expect(self, call: LiveCall, options: JoinOptions) -> None:
        """Add a participant that is being called."""
        now = self._context.clock.now()
        self._live.conferences[options.conference].participants.append(
            Participant(
                call=call.number,
                label=options.label,
                muted=options.muted,
                coaching=options.coached_call_sid is not None,
                coached_call_sid=options.coached_call_sid,
                start_on_enter=options.start_on_enter,
                end_on_exit=options.end_on_exit,
                created_at=now,
                updated_at=now,
            )
        )

    def join_by_document(self, call: LiveCall, target: acts.ConferenceTarget, recording: int | None) -> None:
        """Join the conference of a `<Dial>`.

        Args:
            recording: the index of the recording of the `<Dial>`.
        """
        conference = self.open(target.name, call.signer)
        record = RecordOptions(trim=target.trim, subscription=self._subscriptions.resolve(call, target.callback))
        subscription = self._subscriptions.resolve_status(call, target)
        self.configure(conference, subscription, record if target.record else None)
        if not conference.participants:
            conference.max_participants = target.max_participants
        options = JoinOptions(
            conference=conference.number,
            label=target.label,
            muted=target.muted,
            start_on_enter=target.start_on_enter,
            end_on_exit=target.end_on_exit,
            wait_url=self._subscriptions.resolve_url(call, target.wait_url, "waitUrl") if target.wait_url else None,
            wait_method=target.wait_method,
        )
        self.expect(call, options)
        self.join(call, options, is_dialed=True, recording=recording)

    def join(self, call: LiveCall, options: JoinOptions, *, is_dialed: bool, recording: int | None = None) -> None:
        """Join a conference. It starts with its second participant. If it ended meanwhile, another one opens."""
        conference, now = self._live.conferences[options.conference], self._context.clock.now()
        if conference.status is ConferenceStatus.COMPLETED:
            conference = self.open(conference.friendly_name, call.signer)
            self.expect(call, msgspec.structs.replace(options, conference=conference.number))
        participant = self.get_participant(conference, call)
        assert participant is not None, "it was expected"
        if conference.first is None:
            conference.first = call.number
        participant.joined_at = participant.updated_at = now
        call.doing = InConference(conference.number, is_dialed, recording=recording)
        self._context.touch(conference)
        self.callbacks.send_participant(conference, "join", call, participant)
        present = list_present(conference)
        if (
            conference.status is ConferenceStatus.INIT
            and len(present) >= _MIN_PARTICIPANTS
            and any(one.start_on_enter for one in present)
        ):
            self._start(conference)
        elif conference.status is ConferenceStatus.IN_PROGRESS:
            self._talk.talk(conference)
        elif options.wait_url is not None:
            self._begin_wait(call, WaitKind.CONFERENCE, options.wait_url, options.wait_method)

    def _start(self, conference: LiveConference) -> None:
        conference.status = ConferenceStatus.IN_PROGRESS
        self._context.touch(conference)
        self.callbacks.send_start(conference)
        for participant in list_present(conference):
            stop_waiting_for_start(self._context, self._live.calls[participant.call])
        if conference.record is not None:
            first = self._live.calls[list_present(conference)[0].call]
            conference.recording = self._recordings.start(
                first.sid, conference.record, Source.CONFERENCE, conference_sid=conference.sid
            )
        self._talk.talk(conference)

    def is_silent(self, call: LiveCall) -> bool:
        """Return True if a call waits in a conference in which all is said: only another call can go on."""
        return self._talk.is_silent(call)

    def leave(self, call: LiveCall, reason: str = "last-participant-left") -> None:
        """Remove a call from its conference, which may end it.

        Args:
            reason: `last-participant-left` or `last-participant-kicked`.
        """
        doing = call.doing
        if isinstance(doing, InConference):
            number = doing.conference
        elif call.joins is not None:
            number = call.joins.conference
        else:
            return
        conference = self._live.conferences[number]
        participant = self.get_participant(conference, call)
        if participant is None:
            return
        self._remove(conference, participant)
        if participant.joined_at is None or conference.status is ConferenceStatus.COMPLETED:
            return
        if participant.end_on_exit:
            self.end(conference, reason.replace("last-participant", _ENDING_PARTICIPANT), call)
        elif not list_present(conference):
            self.end(conference, reason, call)

    def _remove(self, conference: LiveConference, participant: Participant) -> None:
        conference.participants.remove(participant)
        self._context.touch(conference)
        if participant.joined_at is not None:
            stop_waiting(self._context, self._live.calls[participant.call])
            self.callbacks.send_participant(conference, "leave", self._live.calls[participant.call], participant)

    def kick(self, call: LiveCall, reason: str = "last-participant-kicked") -> None:
        """Remove a call from its conference, and continue it, or end one that is still called to join.

        Args:
            reason: see `leave`.
        """
        doing = call.doing
        self.leave(call, reason)
        self._leave(call, doing if isinstance(doing, InConference) else None)

    def end(self, conference: LiveConference, reason: str, by: LiveCall | None = None) -> None:
        """End a conference: all participants leave, and its recording is complete."""
        if conference.status is ConferenceStatus.COMPLETED:
            return
        conference.status = ConferenceStatus.COMPLETED
        conference.reason_ended = reason
        conference.call_sid_ending = None if by is None else by.sid
        self._context.touch(conference)
        if conference.recording is not None:
            self._recordings.end(conference.recording, conference.talk)
            conference.recording = None
        leaving = [*conference.participants]
        for participant in leaving:
            self._remove(conference, participant)
        self.callbacks.send_end(conference)
        for participant in leaving:
            call = self._live.calls[participant.call]
            if isinstance(call.doing, InConference) and call.doing.conference == conference.number:
                self._leave(call, call.doing)

    def get_participant(self, conference: LiveConference, call: LiveCall) -> Participant | None:
        """Return the participant that a call is, or None if it is none."""
        return next((one for one in conference.participants if one.call == call.number), None)
