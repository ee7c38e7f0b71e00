"""A recording as a document: one form per level (WIRE §1.1), with the keys in SPEC's order."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from generators.model import API_VERSION, AdversarialRecording, EncryptionDetails, Recording, Source, Status, Track
from mockserver.rest.representations.adversarial import as_drawn_by_hypothesis, make_safe_for_sdks
from mockserver.rest.representations.money import CURRENCY, format_price
from mockserver.rest.representations.wires import WIRE_FORMATS, Document, Wire


def build_recording(recording: Recording, wire: Wire, base_url: str) -> Document:
    """Return an account's recording as a document of a wire.

    Args:
        base_url: scheme and host of absolute URLs, such as `http://127.0.0.1:4010`.
    """
    path = f"{build_account_path(recording)}/Recordings/{recording.sid}"
    return _with_own_values(recording, wire, _build_realistic(recording, wire, path, base_url))


def build_call_recording(recording: Recording, wire: Wire, base_url: str) -> Document:
    """Return a call's recording: no subresources and no media URL, but the track."""
    path = f"{build_account_path(recording)}/Calls/{recording.call_sid}/Recordings/{recording.sid}"
    plain = _without_subresource_uris(_build_realistic(recording, wire, path, base_url))
    return _with_own_values(recording, wire, plain | {"track": recording.track.value})


def build_conference_recording(recording: Recording, wire: Wire, base_url: str) -> Document:
    """Return a conference's recording: no subresources and no media URL."""
    path = f"{build_account_path(recording)}/Conferences/{recording.conference_sid}/Recordings/{recording.sid}"
    return _with_own_values(
        recording, wire, _without_subresource_uris(_build_realistic(recording, wire, path, base_url))
    )


def build_account_path(recording: Recording) -> str:
    """Return the path of a recording's account."""
    return f"/{API_VERSION}/Accounts/{recording.account_sid}"


def _with_own_values(recording: Recording, wire: Wire, realistic: Document) -> Document:
    """Return the document with the adversarial body of its recording, or with its values for Twilio's wire."""
    if not isinstance(recording, AdversarialRecording):
        return realistic if wire is Wire.SCHEMA else with_twilio_values(recording, realistic)
    return (
        as_drawn_by_hypothesis(realistic, recording.body)
        if wire is Wire.SCHEMA
        else make_safe_for_sdks(realistic, recording.body)
    )


def with_twilio_values(recording: Recording, document: Document) -> Document:
    """Return the document with the values that a recording has on Twilio's wire only."""
    if recording.twilio_wire is None:
        return document
    return document | {key: value for key, value in recording.twilio_wire.items() if key in document}


def _without_subresource_uris(document: Document) -> Document:
    return {key: value for key, value in document.items() if key not in ("subresource_uris", "media_url")}


def _build_realistic(recording: Recording, wire: Wire, path: str, base_url: str) -> Document:
    dialect = WIRE_FORMATS[wire]
    return {
        "account_sid": recording.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": recording.conference_sid,
        "channels": recording.channels,
        "date_created": dialect.format_date(recording.date_created),
        "date_updated": dialect.format_date(recording.date_updated),
        "start_time": None if recording.start_time is None else dialect.format_date(recording.start_time),
        "price": None if recording.price is None else format_price(recording.price),
        "price_unit": recording.price_unit
        or (dialect.price_unit_without_price if recording.price is None else CURRENCY),
        "duration": None if recording.duration is None else str(recording.duration),
        "sid": recording.sid,
        "source": recording.source.value,
        "status": dialect.get_status(recording),
        "error_code": recording.error_code,
        "uri": f"{path}.json",
        "subresource_uris": {
            "add_on_results": f"{path}/AddOnResults.json",
            "transcriptions": f"{path}/Transcriptions.json",
        },
        "encryption_details": None if recording.encryption is None else build_encryption_details(recording.encryption),
        "media_url": f"{base_url}{path}",
    }


def build_encryption_details(details: EncryptionDetails) -> Mapping[str, Any]:
    """Return the keys of both generations on record (WIRE §1.1), so that every decrypter finds its own."""
    if details.given is not None:
        return details.given
    cek, iv = b64encode(details.encrypted_cek).decode(), b64encode(details.iv).decode()
    return {
        "encryption_public_key_sid": details.public_key_sid,
        "encryption_cek": cek,
        "encryption_iv": iv,
        "public_key_sid": details.public_key_sid,
        "encrypted_cek": cek,
        "iv": iv,
        "type": "rsa-aes",
    }


EXAMPLE = Recording(
    sid="",
    account_sid="",
    call_sid="",
    conference_sid=None,
    status=Status.COMPLETED,
    source=Source.RECORD_VERB,
    channels=1,
    track=Track.BOTH,
    start_time=None,
    date_created=0,
    date_updated=0,
)
"""A recording of which every value is None that may be."""
RECORDING_KEYS = tuple(_build_realistic(EXAMPLE, Wire.SCHEMA, "", ""))
"""The keys of a realistic recording, in order. On the schema wire, an adversarial one may lack some."""
