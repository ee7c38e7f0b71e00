"""Transcriptions, add-on results and payloads as documents (WIRE §1.2)."""

from generators.model import API_VERSION, AddOnResult, Payload, Transcription
from mockserver.rest.representations.money import CURRENCY, format_price
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.rest.representations.wires import WIRE_FORMATS, Document, Wire


def build_transcription(transcription: Transcription, wire: Wire, base_url: str) -> Document:
    """Return a transcription. Its URI is below the account, even in the list of its recording (SPEC)."""
    date = WIRE_FORMATS[wire].format_date
    return {
        "account_sid": transcription.account_sid,
        "api_version": API_VERSION,
        "date_created": date(transcription.date_created),
        "date_updated": date(transcription.date_updated),
        "duration": str(transcription.duration),
        "price": None if transcription.price is None else format_price(transcription.price),
        "price_unit": CURRENCY,
        "recording_sid": transcription.recording_sid,
        "sid": transcription.sid,
        "status": transcription.status.value,
        "transcription_text": transcription.text,
        "type": "fast",
        "uri": f"/{API_VERSION}/Accounts/{transcription.account_sid}/Transcriptions/{transcription.sid}.json",
    }


def build_add_on_result(result: AddOnResult, wire: Wire, base_url: str) -> Document:
    """Return an add-on result, which has no URI (SPEC)."""
    date = WIRE_FORMATS[wire].format_date
    return {
        "sid": result.sid,
        "account_sid": result.account_sid,
        "reference_sid": result.recording_sid,
        "status": "completed",
        "add_on_sid": result.add_on_sid,
        "add_on_configuration_sid": result.add_on_configuration_sid,
        "date_created": date(result.date_created),
        "date_updated": date(result.date_completed),
        "date_completed": date(result.date_completed),
        "subresource_uris": {
            "payloads": f"{_build_payloads_path(result.account_sid, result.recording_sid, result.sid)}.json"
        },
    }


def build_payload(payload: Payload, wire: Wire, base_url: str) -> Document:
    """Return a payload, whose data is a subresource."""
    date = WIRE_FORMATS[wire].format_date
    path = _build_payloads_path(payload.account_sid, payload.recording_sid, payload.add_on_result_sid)
    return {
        "sid": payload.sid,
        "reference_sid": payload.recording_sid,
        "add_on_sid": payload.add_on_sid,
        "add_on_configuration_sid": payload.add_on_configuration_sid,
        "add_on_result_sid": payload.add_on_result_sid,
        "account_sid": payload.account_sid,
        "label": payload.label,
        "content_type": "application/json",
        "date_created": date(payload.date_created),
        "date_updated": date(payload.date_created),
        "subresource_uris": {"data": f"{path}/{payload.sid}/Data.json"},
    }


def _build_payloads_path(account_sid: str, recording_sid: str, result_sid: str) -> str:
    recording = f"/{API_VERSION}/Accounts/{account_sid}/Recordings/{recording_sid}"
    return f"{recording}/AddOnResults/{result_sid}/Payloads"


TRANSCRIPTION = ResourceType("Transcription", "transcriptions", build_transcription)
ADD_ON_RESULT = ResourceType("AddOnResult", "add_on_results", build_add_on_result)
PAYLOAD = ResourceType("Payload", "payloads", build_payload)
