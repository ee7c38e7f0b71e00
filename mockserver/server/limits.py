"""Refuses requests that are too many for the rate limits of their account."""

from mockserver.account.commands.limits import AdmitRequest
from mockserver.account.request_facts import RequestFacts
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange


def apply_limits(exchange: Exchange, facts: RequestFacts) -> None:
    """Count a request until its response is complete.

    Raises:
        TwilioError: 20429 if it is too many.
    """
    account, counter = exchange.account, exchange.mock.requests_in_progress
    names = account.limits.find_names(facts)
    in_progress = counter.count_by_limit(account.sid, names)
    refusal = account.apply(AdmitRequest(request=facts, in_progress=in_progress))
    exchange.in_progress = counter.enter(account.sid, {} if refusal else names)
    if refusal is not None:
        raise TwilioError(20429, refusal.reason, headers=((b"retry-after", b"%d" % refusal.retry_after),))
