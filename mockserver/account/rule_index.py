"""The rules of an account as requests look for them: what concerns a target is found once, until something changes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from mockserver.account.request_facts import RequestFacts, matches_content, matches_target
from mockserver.account.state.rules import FaultRuleState
from mockserver.account.state.state import State
from scenarios.operations import Operation
from scenarios.rules import Fault, Sequence, When
from scenarios.windows import Phase

if TYPE_CHECKING:
    from mockserver.account.windows import Windows

_MAX_TARGETS = 64
"""The number of request targets whose rules are remembered."""
Target = tuple[Operation, str, str, str, int, str]


class FoundRule(NamedTuple):
    """A rule that matches the target of a request."""

    rule: FaultRuleState
    when: When | None
    """Its conditions if it has some for headers or the body, else None."""
    phase: Phase
    """Whether it has started, and is over."""

    def matches(self, request: RequestFacts) -> bool:
        """Return True if the other conditions hold too."""
        return self.when is None or matches_content(self.when, request)


class FoundRules(NamedTuple):
    """The rules that match the target of a request, in order."""

    started: list[FoundRule]
    counting: list[FoundRule]
    """Those that wait for requests, to start or to end."""


class RuleIndex:
    """Finds the rules that match a request.

    Args:
        resolve_handle: returns the SID for a handle, and any other text unchanged.
        get_windows: returns the windows of the account's rules, which few rules have.
    """

    def __init__(
        self, state: State, resolve_handle: Callable[[str], str], get_windows: "Callable[[], Windows]"
    ) -> None:
        self._state = state
        self._resolve_handle = resolve_handle
        self._get_windows = get_windows
        self._found: dict[Target, FoundRules] = {}
        self._version = (0, 0)
        self.match_headers = False
        """True if a rule matches headers."""
        self.match_forms = False
        """True if a rule matches fields of the form in the body."""
        self.refresh()

    def refresh(self) -> None:
        """Forget what was found: the rules have changed."""
        self._found.clear()
        whens = [get_content(rule).when for rule in self._state.rules]
        self.match_headers = any(when.header for when in whens)
        self.match_forms = any(when.body for when in whens)

    def find(self, request: RequestFacts) -> FoundRules:
        """Return the rules that match the target of a request."""
        # A rule may name a new recording, and windows start and end.
        version = len(self._state.handles), self._get_windows().changes if self._state.windows else 0
        if version != self._version:
            self._found.clear()
            self._version = version
        target = (
            *(request.operation, request.method, request.path, request.query, request.page),
            request.account_sid,
        )
        found = self._found.get(target)
        if found is None:
            found = self._find_by_target(request)
            if len(self._found) >= _MAX_TARGETS:
                self._found.clear()
            self._found[target] = found
        return found

    def _find_by_target(self, request: RequestFacts) -> FoundRules:
        found = FoundRules([], [])
        for rule in self._state.rules:
            when = get_content(rule).when
            if not matches_target(when, request, self._resolve_handle):
                continue
            phase = Phase.OPEN if rule.window is None else self._get_windows().get_phase(rule.window, request.path)
            match = FoundRule(rule, when if when.header or when.body else None, phase)
            if phase is not Phase.BEFORE:
                found.started.append(match)
            if rule.window is not None and self._state.windows[rule.window].next_request is not None:
                found.counting.append(match)
        return found


def get_content(rule: FaultRuleState) -> Fault | Sequence:
    """Return the fault or the sequence of a rule."""
    content = rule.fault or rule.sequence
    assert content is not None, "a rule is one of the two"
    return content
