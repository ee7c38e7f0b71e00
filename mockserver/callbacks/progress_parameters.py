"""The parameters of status callbacks of calls (WIRE-CALLS §1.5) and conferences (WIRE-CALLS §2, §3.4)."""

from mockserver.callbacks.parameter_order import order_parameters
from mockserver.callbacks.request import Pairs
from mockserver.callbacks.voice_parameters import NO_EXTRA, Extra
from mockserver.rest.representations.dates import format_rfc2822

_SECONDS_PER_MINUTE = 60


def build_progress_extra(*, timestamp: int, sequence_number: int, answered_by: str | None = None) -> Extra:
    """Return what a status callback of a call has beyond the standard parameters.

    Args:
        timestamp: seconds since the epoch.
        sequence_number: the number of this event of the call, from 0.
        answered_by: what the detection of machines found, such as `machine_start`.
    """
    return {
        "Timestamp": format_rfc2822(timestamp),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(sequence_number),
        "AnsweredBy": answered_by,
    }


def build_end_extra(*, duration: int, sip_response_code: int | None = None, recording: Extra = NO_EXTRA) -> Extra:
    """Return what the last status callback of a call has in addition.

    Args:
        duration: seconds from the answer; 0 if there was none.
        sip_response_code: 200, or 486 for busy, 487 for no-answer and canceled, 404 for failed.
        recording: the recording of `Record=true`, from `build_recording_extra`.
    """
    minutes = -(-duration // _SECONDS_PER_MINUTE)  # Twilio does this: minutes are rounded up
    return {
        "CallDuration": str(duration),
        "Duration": str(minutes),
        "SipResponseCode": None if sip_response_code is None else str(sip_response_code),
        **recording,
    }


def build_detection_parameters(*, call_sid: str, account_sid: str, answered_by: str, duration: int) -> Pairs:
    """Return the parameters of the callback with the result of an asynchronous detection of machines.

    Args:
        answered_by: `human`, `unknown`, or such as `machine_start`.
        duration: in milliseconds.
    """
    return order_parameters(
        {
            "CallSid": call_sid,
            "AccountSid": account_sid,
            "AnsweredBy": answered_by,
            "MachineDetectionDuration": str(duration),
        }
    )


def build_conference_parameters(
    *,
    event: str,
    conference_sid: str,
    account_sid: str,
    friendly_name: str,
    timestamp: int,
    sequence_number: int,
    extra: Extra = NO_EXTRA,
) -> Pairs:
    """Return the parameters of a conference's status callback.

    Args:
        event: such as `conference-start` or `participant-join`.
        timestamp: seconds since the epoch.
        sequence_number: the number of this event of the conference, from 1.
        extra: from `build_participant_extra` or `build_conference_end_extra`.
    """
    return order_parameters(
        {
            "ConferenceSid": conference_sid,
            "FriendlyName": friendly_name,
            "AccountSid": account_sid,
            "SequenceNumber": str(sequence_number),
            "Timestamp": format_rfc2822(timestamp),
            "StatusCallbackEvent": event,
            **extra,
        }
    )


def build_participant_extra(
    *,
    call_sid: str,
    label: str | None = None,
    is_muted: bool = False,
    is_on_hold: bool = False,
    is_coaching: bool = False,
    starts_conference: bool = True,
    ends_conference: bool = False,
) -> Extra:
    """Return the participant of an event `participant-join`, `-leave`, `-mute`, `-unmute`, `-hold` or `-unhold`."""
    return {
        "CallSid": call_sid,
        "ParticipantLabel": label,
        "Muted": _format_boolean(is_muted),
        "Hold": _format_boolean(is_on_hold),
        "Coaching": _format_boolean(is_coaching),
        "StartConferenceOnEnter": _format_boolean(starts_conference),
        "EndConferenceOnExit": _format_boolean(ends_conference),
    }


def build_conference_end_extra(*, reason: str, call_sid: str | None = None, label: str | None = None) -> Extra:
    """Return what `conference-end` adds.

    Args:
        reason: such as `last-participant-left`.
        call_sid: the call that ended the conference; None if the API did.
        label: the label of that participant.
    """
    return {
        "ReasonConferenceEnded": reason,
        "CallSidEndingConference": call_sid,
        "ParticipantLabelEndingConference": label,
    }


def _format_boolean(value: bool) -> str:
    return "true" if value else "false"
