"""Calls, conferences and accounts as documents: Twilio's keys, and only the subresources that are served."""

import msgspec

from generators.model import API_VERSION, Call, CallStatus, Conference
from mockserver.rest.representations.money import CURRENCY, format_price
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.rest.representations.wires import WIRE_FORMATS, Document, Wire

_PRICE_PER_MINUTE = -850
"""The price of an inbound call in the United States, in 0.00001 US dollars per started minute."""


def build_call(call: Call, wire: Wire, base_url: str) -> Document:
    """Return a call as a document."""
    date = WIRE_FORMATS[wire].format_date
    path = f"/{API_VERSION}/Accounts/{call.account_sid}/Calls/{call.sid}"
    seconds = None if call.end_time is None else call.end_time - call.start_time
    ended = None if call.end_time is None else date(call.end_time)
    return {
        "account_sid": call.account_sid,
        "annotation": None,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": date(call.start_time),
        "date_updated": ended or date(call.start_time),
        "direction": call.direction,
        "duration": None if seconds is None else str(seconds),
        "end_time": ended,
        "forwarded_from": None,
        "from": call.from_number,
        "from_formatted": _format_phone_number(call.from_number),
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None if seconds is None else format_price(_PRICE_PER_MINUTE * max(1, -(-seconds // 60))),
        "price_unit": CURRENCY,
        "queue_time": "0",
        "sid": call.sid,
        "start_time": date(call.start_time),
        "status": call.status.value,
        "subresource_uris": {"recordings": f"{path}/Recordings.json"},
        "to": call.to_number,
        "to_formatted": _format_phone_number(call.to_number),
        "trunk_sid": None,
        "uri": f"{path}.json",
    }


def build_conference(conference: Conference, wire: Wire, base_url: str) -> Document:
    """Return a conference as a document."""
    date = WIRE_FORMATS[wire].format_date
    path = f"/{API_VERSION}/Accounts/{conference.account_sid}/Conferences/{conference.sid}"
    over = conference.status is CallStatus.COMPLETED
    return {
        "account_sid": conference.account_sid,
        "api_version": API_VERSION,
        "call_sid_ending_conference": None,
        "date_created": date(conference.date_created),
        "date_updated": date(conference.date_updated),
        "friendly_name": conference.friendly_name,
        "reason_conference_ended": "last-participant-left" if over else None,
        "region": "us1",
        "sid": conference.sid,
        "status": conference.status.value,
        "subresource_uris": {"recordings": f"{path}/Recordings.json"},
        "uri": f"{path}.json",
    }


ACCOUNT_NAME = "recmock account"
"""The friendly name of every account."""


class AccountFields(msgspec.Struct, frozen=True, kw_only=True):
    """The values in an account's document."""

    sid: str
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
        "friendly_name": ACCOUNT_NAME,
        "owner_account_sid": account.parent_sid or account.sid,
        "sid": account.sid,
        "status": "active",
        "subresource_uris": {name.lower(): f"{path}/{name}.json" for name in served},
        "type": "Full",
        "uri": f"{path}.json",
    }


def _format_phone_number(number: str) -> str:
    return f"({number[2:5]}) {number[5:8]}-{number[8:]}"


CALL = ResourceType("Call", "calls", build_call)
CONFERENCE = ResourceType("Conference", "conferences", build_conference)
ACCOUNT = ResourceType("Account", "accounts", build_account)
