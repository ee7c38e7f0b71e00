"""A recording as a document: the account-level shape of WIRE §1.1, every key present, in SPEC's order."""

from typing import Any

from generators.model import API_VERSION, AdversarialRecording, EncryptionDetails, Recording
from mockserver.wire.adversarial import as_drawn, survivable
from mockserver.wire.dialect import DIALECTS, Wire

KEYS = (
    *("account_sid", "api_version", "call_sid", "conference_sid", "channels"),
    *("date_created", "date_updated", "start_time", "price", "price_unit", "duration"),
    *("sid", "source", "status", "error_code", "uri", "subresource_uris", "encryption_details", "media_url"),
)
"""The keys of a realistic recording, in order; an adversarial one may lack some on the schema wire."""

_CURRENCY = "USD"


def document(recording: Recording, wire: Wire, base_url: str) -> dict[str, Any]:
    """Return a recording as the JSON object of a wire.

    Args:
        base_url: scheme and host of absolute URLs, such as `http://127.0.0.1:4010`.
    """
    plain = _document(recording, wire, base_url)
    if not isinstance(recording, AdversarialRecording):
        return plain
    return as_drawn(plain, recording.body) if wire is Wire.SCHEMA else survivable(plain, recording.body)


def recording_path(recording: Recording) -> str:
    """Return the path of a recording without an extension, which is where its media is."""
    return f"/{API_VERSION}/Accounts/{recording.account_sid}/Recordings/{recording.sid}"


def _document(recording: Recording, wire: Wire, base_url: str) -> dict[str, Any]:
    dialect = DIALECTS[wire]
    path = recording_path(recording)
    return {
        "account_sid": recording.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": recording.conference_sid,
        "channels": recording.channels,
        "date_created": dialect.date(recording.date_created),
        "date_updated": dialect.date(recording.date_updated),
        "start_time": dialect.date(recording.start_time),
        "price": None if recording.price is None else _price(recording.price),
        "price_unit": dialect.currency_while_unknown if recording.price is None else _CURRENCY,
        "duration": None if recording.duration is None else str(recording.duration),
        "sid": recording.sid,
        "source": recording.source.value,
        "status": dialect.status(recording.status),
        "error_code": recording.error_code,
        "uri": f"{path}.json",
        "subresource_uris": {
            "add_on_results": f"{path}/AddOnResults.json",
            "transcriptions": f"{path}/Transcriptions.json",
        },
        "encryption_details": None if recording.encryption is None else _encryption(recording.encryption),
        "media_url": f"{base_url}{path}",
    }


def _price(price: int) -> str:
    """Write a price as Twilio does: a string, five decimals, negative (WIRE §1.1)."""
    whole, decimals = divmod(abs(price), 100_000)
    return f"{'-' if price < 0 else ''}{whole}.{decimals:05}"


def _encryption(details: EncryptionDetails) -> dict[str, str]:
    """Write the keys of both generations that are on record (WIRE §1.1), so that every decrypter finds its own."""
    return {
        "encryption_public_key_sid": details.public_key_sid,
        "encryption_cek": details.encrypted_cek,
        "encryption_iv": details.iv,
        "public_key_sid": details.public_key_sid,
        "encrypted_cek": details.encrypted_cek,
        "iv": details.iv,
        "type": "rsa-aes",
    }
