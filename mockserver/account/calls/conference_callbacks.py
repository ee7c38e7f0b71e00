"""The status callbacks of live conferences."""

from generators.instants import SECOND
from mockserver.account.calls.context import CallContext
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_conferences import LiveConference, Participant
from mockserver.callbacks.progress_parameters import (
    build_conference_end_extra,
    build_conference_parameters,
    build_participant_extra,
)
from mockserver.callbacks.voice_parameters import NO_EXTRA, Extra

_EVENT_NAMES = {
    "start": "conference-start",
    "end": "conference-end",
    "join": "participant-join",
    "leave": "participant-leave",
    "mute": "participant-mute",
    "unmute": "participant-unmute",
    "hold": "participant-hold",
    "unhold": "participant-unhold",
}


class ConferenceCallbacks:
    """Sends callbacks to those who subscribed to the events of a conference."""

    def __init__(self, context: CallContext) -> None:
        self._context = context

    def send_start(self, conference: LiveConference) -> None:
        """Send that a conference starts."""
        self._send(conference, "start")

    def send_end(self, conference: LiveConference) -> None:
        """Send that a conference has ended, and why."""
        assert conference.reason_ended is not None, "it has ended"
        extra = build_conference_end_extra(reason=conference.reason_ended, call_sid=conference.call_sid_ending)
        self._send(conference, "end", extra)

    def send_participant(
        self, conference: LiveConference, event: str, call: LiveCall, participant: Participant
    ) -> None:
        """Send that a participant joins or leaves, or is muted or on hold, or no longer.

        Args:
            event: `join`, `leave`, `mute`, `unmute`, `hold` or `unhold`.
        """
        extra = build_participant_extra(
            call_sid=call.sid,
            label=participant.label,
            is_muted=participant.muted,
            is_on_hold=participant.hold,
            is_coaching=participant.coaching,
            starts_conference=participant.start_on_enter,
            ends_conference=participant.end_on_exit,
        )
        self._send(conference, event, extra)

    def _send(self, conference: LiveConference, event: str, extra: Extra = NO_EXTRA) -> None:
        subscription = conference.subscription
        number = conference.sequence_number
        conference.sequence_number += 1
        if subscription is None or event.removeprefix("un") not in subscription.events:
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
