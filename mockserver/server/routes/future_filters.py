"""Warnings about filters by date that look where nothing can be."""

import msgspec

from generators.instants import SECOND
from mockserver.account.resources.listing import Page
from mockserver.rest.date_filters import describe_future_filters
from mockserver.server.exchange import Exchange

_NOT_CACHED = 0


def warn_of_future_filters(exchange: Exchange, page: Page, *names: str) -> Page:
    """Return a page, and add a warning about each filter that looks after the account's time.

    A client whose time is not the account's finds nothing there. A page with a warning is not cached, because time
    passes.

    Args:
        names: the parameters with dates, such as `DateCreated`.
    """
    if not exchange.query_string:  # almost always
        return page
    now = exchange.account.clock.now() // SECOND
    warnings = [sentence for name in names for sentence in describe_future_filters(exchange.parameters, name, now)]
    if not warnings:
        return page
    exchange.warnings += warnings
    return msgspec.structs.replace(page, expires_at=_NOT_CACHED)
