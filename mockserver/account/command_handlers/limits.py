"""Commands of rate limits."""

from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.limits import AddLimits, AdmitRequest
from mockserver.account.limits import LimitRefusal
from mockserver.account.state.limits import LimitState


def admit_request(account: AccountParts, command: AdmitRequest) -> LimitRefusal | None:
    return account.limits.admit(command.request, command.in_progress)


def add_limits(account: AccountParts, command: AddLimits) -> list[LimitState]:
    added = [account.limits.add(limit) for limit in command.limits]
    for limit in added:
        limit.armed_at = account.clock.now()
    return added
