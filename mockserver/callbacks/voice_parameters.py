"""The parameters that every request about a call has (WIRE-CALLS §3.1), in the order of captures."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mockserver.callbacks.calling_codes import find_country, is_phone_number
from mockserver.callbacks.parameter_order import order_parameters
from mockserver.callbacks.request import Pairs

Extra = Mapping[str, str | None]
"""Parameters of one kind of request. None is left out."""
NO_EXTRA: Extra = MappingProxyType({})

API_VERSION = "2010-04-01"


def build_voice_parameters(
    *,
    call_sid: str,
    account_sid: str,
    from_: str,
    to: str,
    status: str,
    direction: str,
    parent_call_sid: str | None = None,
    forwarded_from: str | None = None,
    caller_name: str | None = None,
    extra: Extra = NO_EXTRA,
) -> Pairs:
    """Return the parameters of a request about a call.

    Args:
        from_: a number in E.164, `client:NAME` or `sip:ADDRESS`; so is `to`.
        status: the value of CallStatus.
        direction: `inbound`, `outbound-api` or `outbound-dial`.
        extra: the parameters of this kind of request. They replace others of the same name.
    """
    call = _build_call(call_sid, account_sid, from_, to, status, direction)
    set_values = {"ForwardedFrom": forwarded_from, "CallerName": caller_name, "ParentCallSid": parent_call_sid}
    first = {"CallSid": call_sid, "AccountSid": account_sid, "To": to}
    return order_parameters({**first, **dict(_locate(from_, to)), **call, **set_values, **extra})


def build_transcribe_parameters(
    *,
    call_sid: str,
    account_sid: str,
    from_: str,
    to: str,
    status: str,
    direction: str,
    forwarded_from: str | None = None,
    recording_sid: str,
    recording_url: str,
    transcription_sid: str,
    transcription_status: str,
    transcription_text: str | None,
    url: str,
) -> Pairs:
    """Return the parameters of a transcribeCallback (WIRE §12). The parties have no places, as in the captures.

    Args:
        recording_url: without an extension. Below it is the transcription.
        transcription_status: `completed` or `failed`.
        transcription_text: None if it failed.
        url: the URL of the callback itself, which two captures have as a parameter.
    """
    transcription = {
        "TranscriptionType": "fast",
        "TranscriptionUrl": f"{recording_url}/Transcriptions/{transcription_sid}",
        "TranscriptionSid": transcription_sid,
        "TranscriptionText": transcription_text,
        "TranscriptionStatus": transcription_status,
        "RecordingSid": recording_sid,
        "RecordingUrl": recording_url,
        "url": url,
    }
    call = _build_call(call_sid, account_sid, from_, to, status, direction)
    return order_parameters({**transcription, **call, "ForwardedFrom": forwarded_from})


def _build_call(
    call_sid: str, account_sid: str, from_: str, to: str, status: str, direction: str
) -> dict[str, str | None]:
    return {
        "CallSid": call_sid,
        "AccountSid": account_sid,
        "To": to,
        "From": from_,
        "Called": to,
        "Caller": from_,
        "ApiVersion": API_VERSION,
        "CallStatus": status,
        "Direction": direction,
    }


def _locate(from_: str, to: str) -> Iterator[tuple[str, str]]:
    """Yield where the parties with phone numbers are: of a place, only the country is known."""
    for name, address in (("Caller", from_), ("Called", to), ("To", to), ("From", from_)):
        if is_phone_number(address):
            yield f"{name}City", ""
            yield f"{name}State", ""
            yield f"{name}Zip", ""
            yield f"{name}Country", find_country(address)
