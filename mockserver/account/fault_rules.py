"""Fault rules: an ordered list, of which the first rule that applies decides.

A probability is drawn from the seed, the rule, the request and its count, so every run makes the same
requests fail. Instants are microseconds since the epoch.
"""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from generators.instants import SECOND
from generators.seeds import derive_bytes
from mockserver.account.delays import sample_delay
from mockserver.account.state.state import FaultRuleState, State
from mockserver.account.time.clock import Clock
from mockserver.rest.retry_after import Refusal
from scenarios.durations import parse_duration
from scenarios.model import Scenario
from scenarios.operations import Operation
from scenarios.rules import Fault, Sequence, Then, When
from scenarios.shell_patterns import matches_pattern


class RequestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a request that rules match."""

    operation: Operation
    method: str
    path: str
    query: str
    account_sid: str
    page: int
    headers: Mapping[str, str]
    """Values by header name in lower case."""
    tick: float = 0.0
    """When the request was received, in monotonic real seconds with an arbitrary origin."""


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
_MAX_TARGETS = 1000
"""The number of request targets that a rule remembers. It forgets those that were requested longest ago."""
_MAX_TARGET_LENGTH = 200
"""A longer target is remembered by its digest."""


class FaultRules:
    """The fault rules of an account.

    Args:
        seed: the seed for probabilities.
        resolve_handle: returns the SID for a handle, and any other text unchanged.
        scenario: the scenario that contains the first rules.
    """

    def __init__(
        self,
        state: State,
        clock: Clock,
        seed: str,
        resolve_handle: Callable[[str], str],
        scenario: Scenario | None = None,
    ) -> None:
        self._scenario = scenario
        self._state = state
        self._clock = clock
        self._seed = seed
        self._resolve_handle = resolve_handle

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
        self._state.rules.append(rule)
        self._state.rule_serial += 1
        self._state.version += 1
        return rule

    def remove(self, number: int | None = None) -> int:
        """Remove one rule, or all, and return how many were removed."""
        kept = [] if number is None else [rule for rule in self._state.rules if rule.number != number]
        removed = len(self._state.rules) - len(kept)
        if removed:
            self._state.rules = kept
            self._state.version += 1
        return removed

    def match(self, request: RequestFacts) -> MatchedFault | None:
        """Return the rule that applies to a request, or None if no rule does."""
        for rule in self._state.rules:
            when = (rule.fault or rule.sequence).when  # type: ignore[union-attr]  # a rule is one of the two
            if not self._matches(when, request):
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

    def _build_matched_fault(self, rule: FaultRuleState, then: Then, request: RequestFacts) -> MatchedFault:
        return MatchedFault(then, rule.number, self._choose_delay(rule, then, request), self._explain(rule))

    def _explain(self, rule: FaultRuleState) -> str:
        plan = self._scenario
        whose = f"the scenario {plan.name!r}" if plan is not None and self._is_scripted(rule) else "this account"
        which = rule.fault or rule.sequence
        assert which is not None, "a rule is one of the two"
        from scenarios.explain import rules as phrases

        words = phrases.explain_fault(which) if isinstance(which, Fault) else phrases.explain_sequence(which)
        return f"Rule {rule.number} of {whose} was applied, {rule.applied} times so far. {words}"

    def _is_scripted(self, rule: FaultRuleState) -> bool:
        plan = self._scenario
        return plan is not None and rule.number < len(plan.faults) + len(plan.sequences)

    def _matches(self, when: When, request: RequestFacts) -> bool:
        return (
            (when.op is None or when.op is request.operation)
            and (when.path is None or matches_pattern(request.path, when.path))
            and (when.account is None or when.account.lower() == request.account_sid.lower())
            and (when.sid is None or self._resolve_handle(when.sid).lower() in request.path.lower())
            and (when.page is None or when.page == request.page)
            and all(
                matches_pattern(request.headers.get(name.lower(), ""), pattern) for name, pattern in when.header.items()
            )
        )

    def _apply_fault(self, rule: FaultRuleState, fault: Fault, request: RequestFacts) -> Then | None:
        target, now = _build_request_target(request), self._clock.now()
        if self._is_refused(rule, target, request):
            return fault.then
        is_over = (fault.times is not None and rule.applied >= fault.times) or (
            fault.ttl is not None and now >= rule.added_at + parse_duration(fault.ttl)
        )
        if is_over:  # for ever: its counts are never used again
            rule.request_counts.clear()
        else:
            _count_request(rule, target)
        if not _count_match(rule, fault.when) or is_over:
            return None
        if fault.probability < 1 and self._draw(rule, target, "whether") >= fault.probability:
            return None
        return self._record_applied(rule, fault.then, target, request)

    def _apply_sequence(self, rule: FaultRuleState, request: RequestFacts) -> Then | None:
        """Return the next answer of a sequence. Each path has its own position in the sequence."""
        assert rule.sequence is not None
        target = _shorten(f"{request.method} {request.path}")
        if not self._is_refused(rule, target, request):  # else repeat the last answer
            if not _count_match(rule, rule.sequence.when):
                return None
            _count_request(rule, target)
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
            _forget_oldest(rule.refusals)
        return then

    def _choose_delay(self, rule: FaultRuleState, then: Then, request: RequestFacts) -> float:
        if then.delay is None:
            return 0.0
        if isinstance(then.delay, str):
            return parse_duration(then.delay) / SECOND
        return sample_delay(then.delay, self._draw(rule, _build_request_target(request), "how long"))

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


def _count_request(rule: FaultRuleState, target: str) -> None:
    rule.request_counts[target] = rule.request_counts.pop(target, 0) + 1  # the latest is the last
    _forget_oldest(rule.request_counts)


def _forget_oldest(remembered: dict[str, Any]) -> None:
    if len(remembered) > _MAX_TARGETS:
        del remembered[next(iter(remembered))]


def _build_request_target(request: RequestFacts) -> str:
    return _shorten(f"{request.method} {request.path}?{request.query}")


def _shorten(target: str) -> str:
    """Return what a rule remembers of a target."""
    if len(target) <= _MAX_TARGET_LENGTH:
        return target
    return blake2b(target.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
