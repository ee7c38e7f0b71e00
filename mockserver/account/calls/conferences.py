"""Live conferences: who is in them, what is said, and their recording."""

from collections.abc import Callable

from generators.instants import SECOND
from generators.model import Source
from generators.sids import Kind
from mockserver.account.calls import person
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.leg_recordings import LegRecordings
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.calls.talk import add_utterance, swap_sides
from mockserver.account.state.live_calls import (
    ConferenceStatus,
    InConference,
    JoinOptions,
    LiveCall,
    LiveConference,
    Participant,
    RecordOptions,
    Side,
    Signer,
    StatusSubscription,
    Utterance,
)
from mockserver.callbacks.progress_parameters import (
    build_conference_end_extra,
    build_conference_parameters,
    build_participant_extra,
)
from mockserver.callbacks.voice_parameters import NO_EXTRA, Extra
from mockserver.twiml import acts

_EVENT_NAMES = {
    "start": "conference-start",
    "end": "conference-end",
    "join": "participant-join",
    "leave": "participant-leave",
}
_MIN_PARTICIPANTS = 2


class LiveConferences:
    """The conferences of an account's live calls.

    Args:
        leave: continues or ends a call that is no longer in its conference.
    """

    def __init__(
        self,
        context: CallContext,
        recordings: LegRecordings,
        subscriptions: Subscriptions,
        leave: Callable[[LiveCall, InConference], None],
    ) -> None:
        self._context = context
        self._state = context.state
        self._live = context.live
        self._recordings = recordings
        self._subscriptions = subscriptions
        self._leave = leave

    def find_open(self, name: str) -> LiveConference | None:
        """Return the conference with a friendly name that is not over, or None if there is none."""
        known = (conference for conference in self._live.conferences.values() if conference.friendly_name == name)
        return next((one for one in known if one.status is not ConferenceStatus.COMPLETED), None)

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
                start_on_enter=options.start_on_enter,
                end_on_exit=options.end_on_exit,
                created_at=now,
                updated_at=now,
            )
        )

    def join_by_document(self, call: LiveCall, target: acts.ConferenceTarget) -> None:
        """Join the conference of a `<Dial>`."""
        conference = self.open(target.name, call.signer)
        record = RecordOptions(trim=target.trim, subscription=self._subscriptions.resolve(call, target.callback))
        subscription = None
        if target.status_callback is not None:
            url = self._subscriptions.resolve_url(call, target.status_callback, "statusCallback")
            if url is not None:
                events = target.status_callback_events
                subscription = StatusSubscription(url, target.status_callback_method, events)
        self.configure(conference, subscription, record if target.record else None)
        if not conference.participants:
            conference.max_participants = target.max_participants
        options = JoinOptions(
            conference=conference.number,
            label=target.label,
            muted=target.muted,
            start_on_enter=target.start_on_enter,
            end_on_exit=target.end_on_exit,
        )
        self.expect(call, options)
        self.join(call, options, is_dialed=True)

    def join(self, call: LiveCall, options: JoinOptions, *, is_dialed: bool) -> None:
        """Join a conference. It starts with its second participant."""
        conference, now = self._live.conferences[options.conference], self._context.clock.now()
        participant = self.get_participant(conference, call)
        assert participant is not None, "it was expected"
        participant.joined_at = participant.updated_at = now
        call.doing = InConference(conference.number, is_dialed)
        self._context.touch(conference)
        self._send(conference, "join", _describe(call, participant))
        present = list_present(conference)
        if (
            conference.status is ConferenceStatus.INIT
            and len(present) >= _MIN_PARTICIPANTS
            and any(one.start_on_enter for one in present)
        ):
            self._start(conference)
        elif conference.status is ConferenceStatus.IN_PROGRESS:
            self._talk(conference)

    def _start(self, conference: LiveConference) -> None:
        conference.status = ConferenceStatus.IN_PROGRESS
        self._context.touch(conference)
        self._send(conference, "start")
        if conference.record is not None:
            first = self._live.calls[list_present(conference)[0].call]
            conference.recording = self._recordings.start(
                first.sid, conference.record, Source.CONFERENCE, conference_sid=conference.sid
            )
        self._talk(conference)

    def _talk(self, conference: LiveConference) -> None:
        """Let everybody who has not spoken yet say something, one after the other."""
        present = [one for one in list_present(conference) if not one.muted and not one.hold]
        at = max(conference.talk_until, self._context.clock.now())
        for one in present:
            call = self._live.calls[one.call]
            text = None if one.has_spoken else person.take_speech(call)
            one.has_spoken = True
            if text is None:
                continue
            utterance = Utterance(Side.PARTY, at, at + person.measure_speech(text), text)
            is_first = conference.participants[0].call == one.call
            add_utterance(conference.talk, utterance if is_first else swap_sides(utterance))
            for other in list_present(conference):
                heard = utterance if other is one else swap_sides(utterance)
                add_utterance(self._live.calls[other.call].talk, heard)
            at = utterance.stop + person.REACTION
        conference.talk_until = at
        for one in list_present(conference):
            call = self._live.calls[one.call]
            if isinstance(call.doing, InConference):
                call.doing = InConference(conference.number, call.doing.is_dialed, at)
                self._context.wake(call, at)

    def is_silent(self, call: LiveCall) -> bool:
        """Return True if a call waits in a conference in which all is said: only somebody else can go on."""
        doing = call.doing
        if not isinstance(doing, InConference):
            return False
        return self._live.conferences[doing.conference].talk_until <= self._context.clock.now()

    def leave(self, call: LiveCall, reason: str = "last-participant-left") -> None:
        """Remove a call from its conference, which may end it."""
        doing = call.doing
        if isinstance(doing, InConference):
            number = doing.conference
        elif call.joins is not None:
            number = call.joins.conference
        else:
            return
        conference = self._live.conferences.get(number)
        participant = None if conference is None else self.get_participant(conference, call)
        if conference is None or participant is None:
            return
        conference.participants.remove(participant)
        self._context.touch(conference)
        if participant.joined_at is not None:
            self._send(conference, "leave", _describe(call, participant))
        if conference.status is not ConferenceStatus.COMPLETED:
            if participant.end_on_exit and participant.joined_at is not None:
                self.end(
                    conference, reason.replace("last-participant", "participant-with-end-conference-on-exit"), call
                )
            elif not list_present(conference) and participant.joined_at is not None:
                self.end(conference, reason, call)

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
        for participant in [*conference.participants]:
            call = self._live.calls[participant.call]
            doing = call.doing
            conference.participants.remove(participant)
            if isinstance(doing, InConference):
                self._leave(call, doing)
        extra = build_conference_end_extra(reason=reason, call_sid=conference.call_sid_ending)
        self._send(conference, "end", extra)

    def get_participant(self, conference: LiveConference, call: LiveCall) -> Participant | None:
        """Return the participant that a call is, or None if it is none."""
        return next((one for one in conference.participants if one.call == call.number), None)

    def _send(self, conference: LiveConference, event: str, extra: Extra = NO_EXTRA) -> None:
        subscription = conference.subscription
        number = conference.sequence_number
        conference.sequence_number += 1
        if subscription is None or event not in subscription.events:
            return
        parameters = build_conference_parameters(
            event=_EVENT_NAMES[event],
            conference_sid=conference.sid,
            account_sid=self._context.account_sid,
            friendly_name=conference.friendly_name,
            timestamp=self._context.clock.now() // SECOND,
            sequence_number=number,
            extra=extra,
        )
        self._context.callbacks.enqueue_request(
            sid=conference.sid,
            event=_EVENT_NAMES[event],
            receiver=subscription,
            parameters=parameters,
            signer=conference.signer,
        )


def list_present(conference: LiveConference) -> list[Participant]:
    """Return the participants that have joined."""
    return [one for one in conference.participants if one.joined_at is not None]


def _describe(call: LiveCall, participant: Participant) -> Extra:
    return build_participant_extra(
        call_sid=call.sid,
        label=participant.label,
        is_muted=participant.muted,
        is_on_hold=participant.hold,
        is_coaching=participant.coaching,
        starts_conference=participant.start_on_enter,
        ends_conference=participant.end_on_exit,
    )
