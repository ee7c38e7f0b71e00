"""Paging as Twilio does it (WIRE §2): `PageSize`, `Page`, and tokens that name a record."""

import re
from typing import Any

import msgspec

from mockserver.rest.errors import TwilioError, invalid_parameter
from mockserver.rest.parameters import Parameters

PAGING = ("PageSize", "Page", "PageToken")
_DEFAULT_SIZE = 50
_MAX_SIZE = 1000
_TOKEN = re.compile(r"P([AB])([A-Z]{2}[0-9a-fA-F]{32})")


class Cursor(msgspec.Struct, frozen=True):
    """The start of a page: just after (older than) a record, or just before (newer than) it."""

    sid: str
    older: bool


class PageRequest(msgspec.Struct, frozen=True):
    """The requested page."""

    size: int
    number: int
    cursor: Cursor | None


def parse_page_request(query: Parameters) -> PageRequest:
    """Parse the paging parameters.

    Raises:
        TwilioError: 20007 for a page size above 1000; 70002 for a later page without a token; 20001 for any
            other invalid value.
    """
    size = query.integer("PageSize", default=_DEFAULT_SIZE, minimum=1)
    if size > _MAX_SIZE:
        raise TwilioError(20007, f"PageSize: expected at most {_MAX_SIZE}, found {size}.")
    number = query.integer("Page", default=0, minimum=0)
    token = query.text("PageToken")
    if token is None:
        if number:
            raise TwilioError(70002, f"Page={number} has no PageToken. Follow next_page_uri instead of counting pages.")
        return PageRequest(size=size, number=number, cursor=None)
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise invalid_parameter("PageToken", "PA or PB and a SID, as in next_page_uri and previous_page_uri", token)
    return PageRequest(size=size, number=number, cursor=Cursor(sid=match[2], older=match[1] == "A"))


class Tokens(msgspec.Struct, frozen=True):
    """The SIDs in the tokens of the neighbouring pages; None if there is no such page."""

    previous: str | None
    next: str | None


def build_envelope(
    path: str, query: Parameters, request: PageRequest, key: str, length: int, tokens: Tokens
) -> dict[str, Any]:
    """Return a list body in Twilio's order (WIRE §2). The records under `key` are filled in later.

    Never add a key: the Python, Ruby and PHP SDKs fail on unknown ones.
    """
    kept = query.encode(without=PAGING)

    def uri(number: int, token: str | None = None) -> str:
        parts = [*kept, f"PageSize={request.size}", f"Page={number}"]
        return f"{path}?{'&'.join(parts if token is None else [*parts, f'PageToken={token}'])}"

    start = request.number * request.size if length else 0
    own = None if request.cursor is None else f"P{'A' if request.cursor.older else 'B'}{request.cursor.sid}"
    previous = None if tokens.previous is None else uri(max(0, request.number - 1), f"PB{tokens.previous}")
    return {
        "first_page_uri": uri(0),
        "end": start + length - 1 if length else 0,
        "previous_page_uri": previous,
        "uri": uri(request.number, own),
        "page_size": request.size,
        "start": start,
        key: [],
        "next_page_uri": None if tokens.next is None else uri(request.number + 1, f"PA{tokens.next}"),
        "page": request.number,
    }
