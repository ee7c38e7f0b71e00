"""Commands of requests and their responses: triggers, page drift, fault rules and auth tokens."""

from mockserver.account.commands.command import AccountCommand
from mockserver.account.fault_rules import MatchedFault
from mockserver.account.request_facts import RequestFacts
from mockserver.account.state.rules import FaultRuleState
from scenarios.operations import Operation, RequestKind
from scenarios.rules import Fault, Sequence
from scenarios.timeline import TimelineProgress


class RecordResponse(AccountCommand[dict[int, TimelineProgress]], frozen=True, kw_only=True):
    """Record that a response showed recordings, and run the steps and page drift that this triggers. The result is the
    recordings whose timelines counted it, by index, each with its progress before the steps.
    """

    operation: Operation | None
    kind: RequestKind
    indices: tuple[int, ...] = ()
    page: int = 0
    """The page number of a list."""


class MatchFault(AccountCommand[MatchedFault | None], frozen=True, kw_only=True):
    """Count a request in the fault rules. The result is the rule that applies to it, or None."""

    request: RequestFacts


class CountRequest(AccountCommand[None], frozen=True):
    """Count an accepted request in the arrivals and the changes of the auth tokens that wait for requests."""


class AddRules(AccountCommand[list[FaultRuleState]], frozen=True, kw_only=True):
    """Append fault rules. The result is the new rules."""

    faults: tuple[Fault, ...] = ()
    sequences: tuple[Sequence, ...] = ()


class RemoveRules(AccountCommand[int], frozen=True, kw_only=True):
    """Remove one fault rule or rate limit, or all. The result is the number of removed ones."""

    number: int | None = None
