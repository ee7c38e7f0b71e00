"""What requests of a call to its app have beyond the standard parameters (WIRE-CALLS §3.1 to §3.4)."""

from mockserver.callbacks.voice_parameters import Extra


def build_digits_extra(digits: str, finish_key: str = "") -> Extra:
    """Return what keys add to the action of a Gather.

    Args:
        digits: the pressed keys without the finish key; empty if actionOnEmptyResult is set and none was pressed.
        finish_key: the key that ended the input. A capture of 2021 has it, empty if there was none.
    """
    return {"Digits": digits, "FinishedOnKey": finish_key}


def build_speech_extra(text: str, confidence: float) -> Extra:
    """Return what speech adds to the action of a Gather.

    Args:
        confidence: from 0 to 1.
    """
    return {"SpeechResult": text, "Confidence": f"{confidence:.7g}"}


def build_record_extra(*, sid: str, url: str, duration: int, digits: str | None = None) -> Extra:
    """Return what a Record adds to its action.

    Args:
        url: without an extension.
        duration: seconds before trimming.
        digits: the key that ended the recording, `hangup`, or None if silence or the maximum length ended it.
    """
    return {**build_recording_extra(sid=sid, url=url, duration=duration), "Digits": digits}


def build_recording_extra(*, sid: str, url: str, duration: int) -> Extra:
    """Return a recording as the end of a call and the action of a Dial have it.

    Args:
        url: without an extension.
        duration: in seconds.
    """
    return {"RecordingUrl": url, "RecordingSid": sid, "RecordingDuration": str(duration)}


def build_dial_extra(
    *, status: str, call_sid: str | None = None, duration: int | None = None, is_bridged: bool | None = None
) -> Extra:
    """Return what a Dial adds to its action; if it recorded, `build_recording_extra` comes to it.

    Args:
        status: the value of DialCallStatus, such as `completed`, or `answered` after a conference.
        call_sid: the child's SID. Twilio does this: it is absent after a conference, and so is the duration.
        duration: in seconds.
        is_bridged: True if caller and callee were connected; None to leave DialBridged out.
    """
    return {
        "DialCallStatus": status,
        "DialCallSid": call_sid,
        "DialCallDuration": None if duration is None else str(duration),
        "DialBridged": None if is_bridged is None else str(is_bridged).lower(),
    }


def build_enqueue_extra(*, result: str, sid: str, seconds: int) -> Extra:
    """Return what an Enqueue adds to its action.

    Args:
        result: the value of QueueResult, such as `hangup`.
        seconds: the time in the queue.
    """
    return {"QueueResult": result, "QueueSid": sid, "QueueTime": str(seconds)}


def build_queue_extra(*, sid: str, position: int, size: int, seconds: int, average_seconds: int) -> Extra:
    """Return what the waitUrl of an Enqueue gets.

    Args:
        position: the place of the call in the queue, from 1.
        size: the number of calls in the queue.
        seconds: the time of this call in the queue.
        average_seconds: the average time of the calls in the queue.
    """
    return {
        "QueueSid": sid,
        "QueuePosition": str(position),
        "CurrentQueueSize": str(size),
        "QueueTime": str(seconds),
        "AvgQueueTime": str(average_seconds),
    }


def build_fallback_extra(code: int, url: str) -> Extra:
    """Return what a fallback URL gets: the code of the error, and the URL that failed."""
    return {"ErrorCode": str(code), "ErrorUrl": url}
