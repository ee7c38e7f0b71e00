"""Commands of rate limits."""

from mockserver.account.commands.command import AccountCommand
from mockserver.account.limits import LimitRefusal
from mockserver.account.request_facts import RequestFacts
from mockserver.account.state.limits import LimitState
from scenarios.limits import Limit


class AdmitRequest(AccountCommand[LimitRefusal | None], frozen=True, kw_only=True):
    """Count a request in the rate limits. The result is the refusal if it is too many."""

    request: RequestFacts
    in_progress: dict[int, int]
    """By the number of each limit, how many requests that it counts together with this one are in progress."""


class AddLimits(AccountCommand[list[LimitState]], frozen=True, kw_only=True):
    """Append rate limits. The result is the new ones."""

    limits: tuple[Limit, ...]
