"""Paging as Twilio does it (WIRE §2): `PageSize`, `Page`, and tokens that name a record."""

from typing import Any

import msgspec

from generators.page_tokens import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, format_page_token, parse_page_token
from mockserver.rest.errors import TwilioError, make_invalid_parameter_error
from mockserver.rest.parameters import Parameters

PAGING_PARAMETERS = ("PageSize", "Page", "PageToken")


class Cursor(msgspec.Struct, frozen=True):
    """The start of a page: just after (older than) a record, or just before (newer than) it."""

    sid: str
    is_after: bool


class PageRequest(msgspec.Struct, frozen=True):
    """The requested page."""

    size: int
    number: int
    cursor: Cursor | None


def parse_page_request(parameters: Parameters) -> PageRequest:
    """Parse the paging parameters.

    Raises:
        TwilioError: 70002 for a later page without a token; 20001 for any other invalid value.
    """
    # SDKs send `limit` as PageSize, without a cap, because Twilio reduces it to 1000 itself (WIRE §17).
    size = parameters.get_integer("PageSize", default=DEFAULT_PAGE_SIZE, minimum=1, maximum=MAX_PAGE_SIZE)
    number = parameters.get_integer("Page", default=0, minimum=0)
    token = parameters.get_text("PageToken")
    if token is None:
        if number:
            raise TwilioError(70002, f"Page={number} has no PageToken. Follow next_page_uri instead of counting pages.")
        return PageRequest(size=size, number=number, cursor=None)
    cursor = parse_page_token(token)
    if cursor is None:
        raise make_invalid_parameter_error(
            "PageToken", "PA or PB and a SID, as in next_page_uri and previous_page_uri", token
        )
    return PageRequest(size=size, number=number, cursor=Cursor(*cursor))


class PageTokens(msgspec.Struct, frozen=True):
    """The SIDs in the tokens of the neighbouring pages; None if there is no such page."""

    previous: str | None
    next: str | None


def build_envelope(
    path: str, parameters: Parameters, request: PageRequest, list_key: str, record_count: int, tokens: PageTokens
) -> dict[str, Any]:
    """Return a list body in Twilio's order (WIRE §2). The records under `key` are filled in later.

    Never add a key: the Python, Ruby and PHP SDKs fail on unknown ones.
    """
    filters = parameters.encode(excluded_names=PAGING_PARAMETERS)

    def build_uri(number: int, token: str | None = None) -> str:
        parts = [*filters, f"PageSize={request.size}", f"Page={number}"]
        return f"{path}?{'&'.join(parts if token is None else [*parts, f'PageToken={token}'])}"

    start = request.number * request.size if record_count else 0
    own_token = (
        None if request.cursor is None else format_page_token(request.cursor.sid, is_after=request.cursor.is_after)
    )
    previous = (
        None
        if tokens.previous is None
        else build_uri(max(0, request.number - 1), format_page_token(tokens.previous, is_after=False))
    )
    return {
        "first_page_uri": build_uri(0),
        "end": start + record_count - 1 if record_count else 0,
        "previous_page_uri": previous,
        "uri": build_uri(request.number, own_token),
        "page_size": request.size,
        "start": start,
        list_key: [],
        "next_page_uri": None
        if tokens.next is None
        else build_uri(request.number + 1, format_page_token(tokens.next, is_after=True)),
        "page": request.number,
    }
