"""Calls, conferences and accounts as documents: Twilio's keys, and only the subresources that are served."""

import msgspec

from generators.model import API_VERSION, Call, Conference
from mockserver.rest.representations.money import CURRENCY, format_price
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.rest.representations.wires import WIRE_FORMATS, Document, Wire

_PRICE_PER_MINUTE = -850
"""The price of an inbound call in the United States, in 0.00001 US dollars per started minute."""
_NORTH_AMERICAN_LENGTH = len("+15005550006")


def build_call(call: Call, wire: Wire, base_url: str) -> Document:
    """Return a call as a document."""

    def format_date(instant: int | None) -> str | None:
        return None if instant is None else WIRE_FORMATS[wire].format_date(instant)

    path = f"/{API_VERSION}/Accounts/{call.account_sid}/Calls/{call.sid}"
    minutes = max(1, -(-(call.duration or 0) // 60))
    return {
        "account_sid": call.account_sid,
        "annotation": None,
        "answered_by": call.answered_by,
        "api_version": API_VERSION,
        "caller_name": call.caller_name,
        "date_created": format_date(call.date_created),
        "date_updated": format_date(call.date_updated),
        "direction": call.direction,
        "duration": None if call.duration is None else str(call.duration),
        "end_time": format_date(call.end_time),
        "forwarded_from": call.forwarded_from,
        "from": call.from_number,
        "from_formatted": _format_phone_number(call.from_number),
        "group_sid": None,
        "parent_call_sid": call.parent_call_sid,
        "phone_number_sid": call.phone_number_sid,
        "price": format_price(_PRICE_PER_MINUTE * minutes) if call.is_priced else None,
        "price_unit": CURRENCY,
        "queue_time": "0",
        "sid": call.sid,
        "start_time": format_date(call.start_time),
        "status": call.status.value,
        "subresource_uris": {"recordings": f"{path}/Recordings.json"},
        "to": call.to_number,
        "to_formatted": _format_phone_number(call.to_number),
        "trunk_sid": call.trunk_sid,
        "uri": f"{path}.json",
    }


def build_conference(conference: Conference, wire: Wire, base_url: str) -> Document:
    """Return a conference as a document."""
    date = WIRE_FORMATS[wire].format_date
    path = f"/{API_VERSION}/Accounts/{conference.account_sid}/Conferences/{conference.sid}"
    return {
        "account_sid": conference.account_sid,
        "api_version": API_VERSION,
        "call_sid_ending_conference": conference.call_sid_ending,
        "date_created": date(conference.date_created),
        "date_updated": date(conference.date_updated),
        "friendly_name": conference.friendly_name,
        "reason_conference_ended": conference.reason_ended,
        "region": "us1",
        "sid": conference.sid,
        "status": conference.status,
        "subresource_uris": {
            "participants": f"{path}/Participants.json",
            "recordings": f"{path}/Recordings.json",
        },
        "uri": f"{path}.json",
    }


class ParticipantFields(msgspec.Struct, frozen=True, kw_only=True):
    """The values in a participant's document."""

    account_sid: str
    conference_sid: str
    call_sid: str
    label: str | None
    muted: bool
    hold: bool
    coaching: bool
    coached_call_sid: str | None
    start_on_enter: bool
    end_on_exit: bool
    status: str
    """`queued`, `ringing` or `connected`."""
    date_created: int
    """Seconds since the epoch."""
    date_updated: int
    queue_time: str | None = None
    """Milliseconds in the queue, in the response to its creation."""


def build_participant(participant: ParticipantFields, wire: Wire, base_url: str) -> Document:
    """Return a participant as a document."""
    date = WIRE_FORMATS[wire].format_date
    path = f"/{API_VERSION}/Accounts/{participant.account_sid}/Conferences/{participant.conference_sid}"
    return {
        "account_sid": participant.account_sid,
        "call_sid": participant.call_sid,
        "call_sid_to_coach": participant.coached_call_sid,
        "coaching": participant.coaching,
        "conference_sid": participant.conference_sid,
        "date_created": date(participant.date_created),
        "date_updated": date(participant.date_updated),
        "end_conference_on_exit": participant.end_on_exit,
        "hold": participant.hold,
        "label": participant.label,
        "muted": participant.muted,
        "queue_time": participant.queue_time,
        "start_conference_on_enter": participant.start_on_enter,
        "status": participant.status,
        "uri": f"{path}/Participants/{participant.call_sid}.json",
    }


ACCOUNT_NAME = "recmock account"
"""The friendly name of an account that no scenario names."""


class AccountFields(msgspec.Struct, frozen=True, kw_only=True):
    """The values in an account's document."""

    sid: str
    name: str
    token: str
    parent_sid: str | None
    date_created: int
    """Seconds since the epoch."""


def build_account(account: AccountFields, wire: Wire, base_url: str) -> Document:
    """Return an account as a document."""
    date = WIRE_FORMATS[wire].format_date(account.date_created)
    path = f"/{API_VERSION}/Accounts/{account.sid}"
    served = ("Calls", "Conferences", "Recordings", "Transcriptions")
    return {
        "auth_token": account.token,
        "date_created": date,
        "date_updated": date,
        "friendly_name": account.name,
        "owner_account_sid": account.parent_sid or account.sid,
        "sid": account.sid,
        "status": "active",
        "subresource_uris": {name.lower(): f"{path}/{name}.json" for name in served},
        "type": "Full",
        "uri": f"{path}.json",
    }


def _format_phone_number(number: str) -> str:
    """Return a number of +1 as people write it there, and any other address as it is (WIRE-CALLS §1.3)."""
    if number.startswith("+1") and len(number) == _NORTH_AMERICAN_LENGTH:
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number


CALL = ResourceType("Call", "calls", build_call)
CONFERENCE = ResourceType("Conference", "conferences", build_conference)
PARTICIPANT = ResourceType("Participant", "participants", build_participant)
ACCOUNT = ResourceType("Account", "accounts", build_account)
