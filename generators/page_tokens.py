"""The page sizes of Twilio's lists, and tokens that name a record (WIRE §2)."""

import re

from generators.sids import SID_DIGITS

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
_PAGE_TOKEN = rf"P([AB])([A-Z]{{2}}{SID_DIGITS})"


def format_page_token(sid: str, *, is_after: bool) -> str:
    """Return the token of the page after (older than) a record, or before (newer than) it."""
    return f"P{'A' if is_after else 'B'}{sid}"


def parse_page_token(token: str) -> tuple[str, bool] | None:
    """Return the SID in a token, and True if the page follows this record; None if the token is malformed."""
    match = re.fullmatch(_PAGE_TOKEN, token)
    return None if match is None else (match[2], match[1] == "A")
