"""Fault rules: an ordered list, of which the first rule that applies decides.

A probability is drawn from the seed, the rule, the request and its count, so every run makes the same
requests fail. Instants are microseconds since the epoch.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from generators.instants import SECOND
from generators.seeds import derive_bytes
from mockserver.account.delays import sample_delay
from mockserver.account.request_facts import RequestFacts, matches_request
from mockserver.account.request_targets import build_target, count_target, forget_oldest
from mockserver.account.state.rules import FaultRuleState
from mockserver.account.state.state import State
from mockserver.account.time.clock import Clock
from mockserver.rest.retry_after import Refusal
from scenarios.durations import parse_duration
from scenarios.model import Scenario
from scenarios.operations import OPERATIONS_OF_ONE_RECORDING, Operation
from scenarios.rules import Fault, Sequence, Then, When
from scenarios.windows import Phase, build_window

if TYPE_CHECKING:
    from mockserver.account.windows import Windows


class MatchedFault(msgspec.Struct, frozen=True):
    """A rule that applies to a request, and its effect."""

    then: Then
    rule_number: int
    """The rule's number."""
    delay: float
    """Real seconds to wait first."""
    reason: str
    """A sentence that names the rule and its scenario."""


_USUAL_RESPONSE = Then(delay="0s")


class FaultRules:
    """The fault rules of an account.

    Args:
        seed: the seed for probabilities.
        resolve_handle: returns the SID for a handle, and any other text unchanged.
        scenario: the scenario that contains the first rules.
        get_windows: returns the windows of the account's rules, which few rules have.
    """

    def __init__(
        self,
        state: State,
        clock: Clock,
        seed: str,
        resolve_handle: Callable[[str], str],
        scenario: Scenario | None,
        get_windows: "Callable[[], Windows]",
    ) -> None:
        self._scenario = scenario
        self._state = state
        self._clock = clock
        self._seed = seed
        self._resolve_handle = resolve_handle
        self._get_windows = get_windows
        self._by_operation: dict[Operation, list[FaultRuleState]] = {}
        """The rules that may match an operation, in order, for the operations that were requested since a change."""

    @property
    def rules(self) -> list[FaultRuleState]:
        """The rules, in order."""
        return self._state.rules

    def list_scripted(self) -> list[FaultRuleState]:
        """Return the rules that the scenario contains and that were not removed."""
        return [rule for rule in self._state.rules if self._is_scripted(rule)]

    def add(self, *, fault: Fault | None = None, sequence: Sequence | None = None) -> FaultRuleState:
        """Append a rule."""
        number = self._state.rule_serial
        rule = FaultRuleState(number=number, fault=fault, sequence=sequence, added_at=self._clock.now())
        of_one_recording = _get_when(rule).op in OPERATIONS_OF_ONE_RECORDING
        window = build_window(_get_windowed(rule), is_of_one_recording=of_one_recording)
        if window is not None:
            rule.window = self._get_windows().arm(window, f"rule {number}")
        self._state.rules.append(rule)
        self._by_operation.clear()
        self._state.rule_serial += 1
        self._state.version += 1
        return rule

    def remove(self, number: int | None = None) -> int:
        """Remove one rule, or all, and return how many were removed."""
        kept = [] if number is None else [rule for rule in self._state.rules if rule.number != number]
        removed = len(self._state.rules) - len(kept)
        if removed:
            for rule in self._state.rules:
                if rule.window is not None and rule not in kept:
                    self._get_windows().disarm(rule.window)
            self._state.rules = kept
            self._by_operation.clear()
            self._state.version += 1
        return removed

    def match(self, request: RequestFacts) -> MatchedFault | None:
        """Return the rule that applies to a request, or None if no rule does."""
        rules = self._by_operation.get(request.operation)
        if rules is None:
            rules = [rule for rule in self._state.rules if _get_when(rule).op in (None, request.operation)]
            self._by_operation[request.operation] = rules
        matched_fault = self._find_first(rules, request)
        if self._state.windows:
            self._count_in_windows(rules, request)
        return matched_fault

    def _find_first(self, rules: list[FaultRuleState], request: RequestFacts) -> MatchedFault | None:
        for rule in rules:
            if not self._matches(rule, request):
                continue
            self._state.observations += 1
            then = (
                self._apply_fault(rule, rule.fault, request)
                if rule.fault is not None
                else self._apply_sequence(rule, request)
            )
            if then is not None:
                return None if then is _USUAL_RESPONSE else self._build_matched_fault(rule, then, request)
        return None

    def _matches(self, rule: FaultRuleState, request: RequestFacts) -> bool:
        return matches_request(_get_when(rule), request, self._resolve_handle)

    def _count_in_windows(self, rules: list[FaultRuleState], request: RequestFacts) -> None:
        """Count a request in each rule that waits for requests, even if an earlier rule applied to it."""
        windows = self._get_windows()
        for rule in rules:
            if rule.window is not None and windows.counts_requests(rule.window) and self._matches(rule, request):
                windows.record_request(rule.window)

    def _get_phase(self, rule: FaultRuleState, request: RequestFacts) -> Phase:
        """Return whether a rule has started, and is over, for a request."""
        return Phase.OPEN if rule.window is None else self._get_windows().get_phase(rule.window, request.path)

    def _build_matched_fault(self, rule: FaultRuleState, then: Then, request: RequestFacts) -> MatchedFault:
        return MatchedFault(then, rule.number, self._choose_delay(rule, then, request), self._explain(rule))

    def _explain(self, rule: FaultRuleState) -> str:
        plan = self._scenario
        whose = f"the scenario {plan.name!r}" if plan is not None and self._is_scripted(rule) else "this account"
        which = _get_windowed(rule)
        from scenarios.explain import rules as phrases

        words = phrases.explain_fault(which) if isinstance(which, Fault) else phrases.explain_sequence(which)
        return f"Rule {rule.number} of {whose} was applied, {rule.applied} times so far. {words}"

    def _is_scripted(self, rule: FaultRuleState) -> bool:
        plan = self._scenario
        return plan is not None and rule.number < len(plan.faults) + len(plan.sequences)

    def _is_over_for_all(self, rule: FaultRuleState) -> bool:
        return rule.window is not None and self._get_windows().is_over_for_all(rule.window)

    def _apply_fault(self, rule: FaultRuleState, fault: Fault, request: RequestFacts) -> Then | None:
        target = build_target(request, with_query=True)
        if self._is_refused(rule, target, request):
            return fault.then
        phase = self._get_phase(rule, request)
        if phase is Phase.BEFORE:
            return None
        is_used_up = fault.times is not None and rule.applied >= fault.times
        is_over = is_used_up or phase is Phase.OVER
        if is_used_up or self._is_over_for_all(rule):  # for ever: its counts are never used again
            rule.request_counts.clear()
        elif not is_over:
            count_target(rule.request_counts, target)
        if not _count_match(rule, fault.when) or is_over:
            return None
        if fault.probability < 1 and self._draw(rule, target, "whether") >= fault.probability:
            return None
        return self._record_applied(rule, fault.then, target, request)

    def _apply_sequence(self, rule: FaultRuleState, request: RequestFacts) -> Then | None:
        """Return the next answer of a sequence. Each path has its own position in the sequence."""
        assert rule.sequence is not None
        target = build_target(request, with_query=False)
        if not self._is_refused(rule, target, request):  # else repeat the last answer
            if self._get_phase(rule, request) is not Phase.OPEN:
                return None
            if not _count_match(rule, rule.sequence.when):
                return None
            count_target(rule.request_counts, target)
        answers = rule.sequence.answers
        answer = answers[min(rule.request_counts.get(target, 1), len(answers)) - 1]
        if answer == "ok":
            return _USUAL_RESPONSE
        then = Then(status=answer) if isinstance(answer, int) else answer
        return self._record_applied(rule, then, target, request)

    def _is_refused(self, rule: FaultRuleState, target: str, request: RequestFacts) -> bool:
        """Return True if the client comes back before an enforced `Retry-After` is over."""
        refusal = rule.refusals.get(target)
        if refusal is None:
            return False
        if refusal.is_over(self._clock.now(), request.tick):
            del rule.refusals[target]
            return False
        return True

    def _record_applied(self, rule: FaultRuleState, then: Then, target: str, request: RequestFacts) -> Then:
        rule.applied += 1
        is_new = not self._is_refused(rule, target, request)  # an early request does not extend the wait
        if then.enforce_retry_after and then.retry_after is not None and is_new:
            rule.refusals[target] = Refusal(then.retry_after, self._clock.now(), request.tick)
            forget_oldest(rule.refusals)
        return then

    def _choose_delay(self, rule: FaultRuleState, then: Then, request: RequestFacts) -> float:
        if then.delay is None:
            return 0.0
        if isinstance(then.delay, str):
            return parse_duration(then.delay) / SECOND
        return sample_delay(then.delay, self._draw(rule, build_target(request, with_query=True), "how long"))

    def _draw(self, rule: FaultRuleState, target: str, purpose: str) -> float:
        """Draw a number between 0 and 1, both excluded."""
        bits = derive_bytes(
            self._seed, "faults", purpose, str(rule.number), target, str(rule.request_counts.get(target, 0))
        )
        return (int.from_bytes(bits[:6], "big") + 0.5) / (1 << 48)


def _count_match(rule: FaultRuleState, when: When) -> bool:
    """Count a matching request. Return True if the rule's `every` selects it."""
    rule.matched += 1
    return when.every is None or rule.matched % when.every == 0


def _get_windowed(rule: FaultRuleState) -> Fault | Sequence:
    which = rule.fault or rule.sequence
    assert which is not None, "a rule is one of the two"
    return which


def _get_when(rule: FaultRuleState) -> When:
    return (rule.fault or rule.sequence).when  # type: ignore[union-attr]  # a rule is one of the two
