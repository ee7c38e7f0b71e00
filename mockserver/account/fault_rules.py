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
from mockserver.account.request_facts import RequestFacts
from mockserver.account.request_targets import build_target, count_target, forget_oldest
from mockserver.account.rule_index import FoundRule, RuleIndex, get_content
from mockserver.account.state.rules import FaultRuleState
from mockserver.account.state.state import State
from mockserver.account.time.clock import Clock
from mockserver.rest.retry_after import Refusal
from scenarios.durations import parse_duration
from scenarios.model import Scenario
from scenarios.rules import Delay, Fault, Sequence, Then, When
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
        self._get_windows = get_windows
        self._index = RuleIndex(state, resolve_handle, get_windows)

    @property
    def rules(self) -> list[FaultRuleState]:
        """The rules, in order."""
        return self._state.rules

    @property
    def match_headers(self) -> bool:
        """True if a rule matches headers."""
        return self._index.match_headers

    @property
    def match_forms(self) -> bool:
        """True if a rule matches fields of the form in the body."""
        return self._index.match_forms

    def list_scripted(self) -> list[FaultRuleState]:
        """Return the rules that the scenario contains and that were not removed."""
        return [rule for rule in self._state.rules if self._is_scripted(rule)]

    def add(self, *, fault: Fault | None = None, sequence: Sequence | None = None) -> FaultRuleState:
        """Append a rule."""
        number = self._state.rule_serial
        rule = FaultRuleState(number=number, fault=fault, sequence=sequence)
        content = get_content(rule)
        window = build_window(content, content.when.op)
        if window is not None:
            rule.window = self._get_windows().arm(window, f"rule {number}")
        self._state.rules.append(rule)
        self._index.refresh()
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
            self._index.refresh()
            self._state.version += 1
        return removed

    def match(self, request: RequestFacts) -> MatchedFault | None:
        """Return the rule that applies to a request, or None if no rule does."""
        found = self._index.find(request)
        matched_fault = self._find_first(found.started, request)
        for rule in found.counting:  # even if an earlier rule applies to the request
            if rule.matches(request) and (number := rule.rule.window) is not None:
                self._get_windows().record_request(number)
        return matched_fault

    def _find_first(self, started: list[FoundRule], request: RequestFacts) -> MatchedFault | None:
        for found in started:
            if not found.matches(request):
                continue
            rule = found.rule
            self._state.observations += 1
            then = (
                self._apply_fault(rule, rule.fault, request, found.phase)
                if rule.fault is not None
                else self._apply_sequence(rule, request, found.phase)
            )
            if then is not None:
                return None if then is _USUAL_RESPONSE else self._build_matched_fault(rule, then, request)
        return None

    def _build_matched_fault(self, rule: FaultRuleState, then: Then, request: RequestFacts) -> MatchedFault:
        return MatchedFault(then, rule.number, self._choose_delay(rule, then, request), self._explain(rule))

    def _explain(self, rule: FaultRuleState) -> str:
        plan = self._scenario
        whose = f"the scenario {plan.name!r}" if plan is not None and self._is_scripted(rule) else "this account"
        which = get_content(rule)
        from scenarios.explain import rules as phrases

        words = phrases.explain_fault(which) if isinstance(which, Fault) else phrases.explain_sequence(which)
        return f"Rule {rule.number} of {whose} was applied, {rule.applied} times so far. {words}"

    def _is_scripted(self, rule: FaultRuleState) -> bool:
        plan = self._scenario
        return plan is not None and rule.number < len(plan.faults) + len(plan.sequences)

    def _apply_fault(self, rule: FaultRuleState, fault: Fault, request: RequestFacts, phase: Phase) -> Then | None:
        if rule.refusals and self._is_refused(rule, request, with_query=True):
            return fault.then
        is_used_up = fault.times is not None and rule.applied >= fault.times
        is_over = is_used_up or phase is Phase.OVER
        if is_used_up or (is_over and self._is_over_for_ever(rule)):  # its counts are never used again
            rule.request_counts.clear()
        elif not is_over and (fault.probability < 1 or isinstance(fault.then.delay, Delay)):  # else nothing is drawn
            count_target(rule.request_counts, build_target(request, with_query=True))
        if not _count_match(rule, fault.when) or is_over:
            return None
        if fault.probability < 1 and self._draw(rule, request, "whether") >= fault.probability:
            return None
        return self._record_applied(rule, fault.then, request, with_query=True)

    def _is_over_for_ever(self, rule: FaultRuleState) -> bool:
        """Return True if no recording can start a rule again that is over for a request."""
        return rule.window is not None and not self._state.windows[rule.window].window.is_per_recording

    def _apply_sequence(self, rule: FaultRuleState, request: RequestFacts, phase: Phase) -> Then | None:
        """Return the next answer of a sequence. Each path has its own position in the sequence."""
        assert rule.sequence is not None
        target = build_target(request, with_query=False)
        if not self._is_refused(rule, request, with_query=False):  # else repeat the last answer
            if phase is Phase.OVER or not _count_match(rule, rule.sequence.when):
                return None
            count_target(rule.request_counts, target)
        answers = rule.sequence.answers
        answer = answers[min(rule.request_counts.get(target, 1), len(answers)) - 1]
        if answer == "ok":
            return _USUAL_RESPONSE
        then = Then(status=answer) if isinstance(answer, int) else answer
        return self._record_applied(rule, then, request, with_query=False)

    def _is_refused(self, rule: FaultRuleState, request: RequestFacts, *, with_query: bool) -> bool:
        """Return True if the client comes back before an enforced `Retry-After` is over."""
        target = build_target(request, with_query=with_query)
        refusal = rule.refusals.get(target)
        if refusal is None:
            return False
        if refusal.is_over(self._clock.now(), request.tick):
            del rule.refusals[target]
            return False
        return True

    def _record_applied(self, rule: FaultRuleState, then: Then, request: RequestFacts, *, with_query: bool) -> Then:
        rule.applied += 1
        if not then.enforce_retry_after or then.retry_after is None:
            return then
        if not self._is_refused(rule, request, with_query=with_query):  # an early request does not extend the wait
            refusal = Refusal(then.retry_after, self._clock.now(), request.tick)
            rule.refusals[build_target(request, with_query=with_query)] = refusal
            forget_oldest(rule.refusals)
        return then

    def _choose_delay(self, rule: FaultRuleState, then: Then, request: RequestFacts) -> float:
        if then.delay is None:
            return 0.0
        if isinstance(then.delay, str):
            return parse_duration(then.delay) / SECOND
        return sample_delay(then.delay, self._draw(rule, request, "how long"))

    def _draw(self, rule: FaultRuleState, request: RequestFacts, purpose: str) -> float:
        """Draw a number between 0 and 1, both excluded."""
        target = build_target(request, with_query=True)
        bits = derive_bytes(
            self._seed, "faults", purpose, str(rule.number), target, str(rule.request_counts.get(target, 0))
        )
        return (int.from_bytes(bits[:6], "big") + 0.5) / (1 << 48)


def _count_match(rule: FaultRuleState, when: When) -> bool:
    """Count a matching request. Return True if the rule's `every` selects it."""
    rule.matched += 1
    return when.every is None or rule.matched % when.every == 0
