"""Handmade journal entries."""

from base64 import b64encode
from typing import Any

from mockserver.journal.budget import DEFAULT_BYTES, LogBudget
from mockserver.journal.journal import Entry, Journal, LoggedResponse, pack_headers
from mockserver.rest.representations.wires import Wire
from scenarios.operations import Operation
from tests.harness import T0

SECRET = "fa11ba11fa11ba11fa11ba11fa11ba11"
"""A value that must never be shown."""
ACCOUNT_SID = "AC" + "1" * 32
ACCOUNT_PATH = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
OTHER_SIDS = [f"AC{number:032x}" for number in range(70)]
"""More accounts than the mock keeps without state."""
LIST_PATH = f"{ACCOUNT_PATH}/Recordings.json"


FORM_CONTENT_TYPE = (b"content-type", b"application/x-www-form-urlencoded")


def make_basic_auth(username: str = ACCOUNT_SID, secret: str = SECRET) -> tuple[bytes, bytes]:
    """Return an `Authorization` header."""
    return b"authorization", b"Basic " + b64encode(f"{username}:{secret}".encode())


def make_entry(number: int = 0, **changes: Any) -> Entry:
    """Return the entry of a successful list request."""
    response_fields: dict[str, Any] = {
        "status": 200,
        "reason": None,
        "next_page_uri": None,
        "headers": (),
        "media_type": b"application/json",
        "length": 2,
        "recordings": (),
        "found_status": None,
    }
    entry_fields: dict[str, Any] = {
        "at": T0 * 1_000_000,
        "tick": 0.0,
        "method": "GET",
        "path": LIST_PATH,
        "query": b"",
        "body": b"",
        "operation": Operation.LIST_RECORDINGS,
        "seconds": 0.0,
        "strike": None,
        "wire": Wire.TWILIO,
        "next_event": 0,
    }
    form_headers = (FORM_CONTENT_TYPE,) if changes.get("body") else ()
    headers = changes.pop("headers", (make_basic_auth(), *form_headers))
    response_headers = changes.pop("response_headers", ())
    response = LoggedResponse(
        **(
            response_fields
            | {"headers": response_headers}
            | {n: changes.pop(n) for n in response_fields if n in changes}
        )
    )
    return Entry(number=number, packed_headers=pack_headers(headers), response=response, **(entry_fields | changes))


def make_journal(*changes: dict[str, Any], dropped: int = 0, max_bytes: int = DEFAULT_BYTES) -> Journal:
    """Return a journal with these entries."""
    journal = Journal(dropped, LogBudget(max_bytes))
    for number, fields in enumerate(changes, dropped):
        journal.add(make_entry(number, **fields))
    return journal
