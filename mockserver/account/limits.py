"""Rate limits: which requests are too many, and when they may come again.

Time is real, whatever the mode of the clock: clients wait in real time.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import TYPE_CHECKING

import msgspec

from generators.instants import SECOND
from mockserver.account.request_facts import RequestFacts, matches_content, matches_target
from mockserver.account.state.limits import LimitSpan, LimitState
from mockserver.account.state.state import State
from scenarios.durations import parse_duration
from scenarios.limits import Limit
from scenarios.rules import When
from scenarios.windows import Phase, build_window

if TYPE_CHECKING:
    from mockserver.account.windows import Windows

_MAX_SPANS = 1000
"""The number of credentials of which a limit remembers the span. It forgets those whose span began longest ago."""
_RETRY_AFTER_OTHERS = 1
"""The seconds to wait for requests in progress: it is unknown when they end."""


class LimitRefusal(msgspec.Struct, frozen=True):
    """A request that is too many."""

    retry_after: int
    """The seconds after which it may come again."""
    reason: str
    """A sentence that names the limit."""


class Limits:
    """The rate limits of an account. All of them bound a request, and refused requests count in none.

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

    @property
    def match_headers(self) -> bool:
        """True if a limit matches headers."""
        return any(state.limit.when.header for state in self._state.limits)

    @property
    def match_forms(self) -> bool:
        """True if a limit matches fields of the form in the body."""
        return any(state.limit.when.body for state in self._state.limits)

    def add(self, limit: Limit) -> LimitState:
        """Append a limit. It has a number among those of the fault rules."""
        number = self._state.rule_serial
        added = LimitState(number=number, limit=limit)
        window = build_window(limit, limit.when.op)
        if window is not None:
            added.window = self._get_windows().arm(window, f"rule {number}")
        self._state.limits.append(added)
        self._state.rule_serial += 1
        self._state.version += 1
        return added

    def remove(self, number: int | None = None) -> int:
        """Remove one limit, or all, and return how many were removed."""
        kept = [] if number is None else [limit for limit in self._state.limits if limit.number != number]
        removed = len(self._state.limits) - len(kept)
        if removed:
            for limit in self._state.limits:
                if limit.window is not None and limit not in kept:
                    self._get_windows().disarm(limit.window)
            self._state.limits = kept
            self._state.version += 1
        return removed

    def find_names(self, request: RequestFacts) -> dict[int, str]:
        """Return, by the number of each limit that a request matches, the name under which the limit counts it."""
        return {
            state.number: _NAMES[state.limit.by](request)
            for state in self._state.limits
            if self._is_open(state, request.path) and self._matches(state.limit.when, request)
        }

    def _is_open(self, state: LimitState, path: str) -> bool:
        return state.window is None or self._get_windows().get_phase(state.window, path) is Phase.OPEN

    def _matches(self, when: When, request: RequestFacts) -> bool:
        return matches_target(when, request, self._resolve_handle) and matches_content(when, request)

    def admit(self, request: RequestFacts, in_progress: Mapping[int, int]) -> LimitRefusal | None:
        """Count a request, unless it is too many.

        Args:
            in_progress: by the number of each limit, how many requests that it counts together with this one have no
                complete response yet.

        Returns:
            The refusal whose `Retry-After` is the longest, so a client that waits for it is not refused again.
        """
        names = self.find_names(request)
        self._count_for_windows(request)
        matched = [state for state in self._state.limits if state.number in names]
        refusals = []
        for state in matched:
            self._state.observations += 1
            state.matched += 1
            wait = _compute_wait(state, names[state.number], request.tick, in_progress.get(state.number, 0))
            if wait:
                state.applied += 1
                refusals.append(LimitRefusal(wait, _explain(state)))
        if not refusals:
            for state in matched:
                _count(state, names[state.number], request.tick)
        return max(refusals, key=lambda refusal: refusal.retry_after, default=None)

    def _count_for_windows(self, request: RequestFacts) -> None:
        """Count a request, which may start or end limits for later ones, whether or not a limit refuses it."""
        for state in self._state.limits:
            if state.window is not None and self._matches(state.limit.when, request):
                self._get_windows().record_request(state.window)


_NAMES: dict[str, Callable[[RequestFacts], str]] = {
    "account": lambda request: "",
    "operation": lambda request: request.operation.value,
    "credential": lambda request: request.credential,
}


def _compute_wait(state: LimitState, name: str, tick: float, in_progress: int) -> int:
    """Return the whole seconds until a request is not too many; 0 if it is not."""
    limit, wait = state.limit, 0
    if limit.concurrent is not None and in_progress >= limit.concurrent:
        wait = _RETRY_AFTER_OTHERS
    span = _get_present_span(state, name, tick)
    if span is not None and limit.requests is not None and span.count >= limit.requests:
        wait = max(wait, ceil(span.start + _get_seconds(limit) - tick))
    return wait


def _get_present_span(state: LimitState, name: str, tick: float) -> LimitSpan | None:
    """Return the span that a request belongs to, or None if it begins one."""
    span = state.spans.get(name)
    # A restored span may be of another machine, whose ticks are later.
    return span if span is not None and span.start <= tick < span.start + _get_seconds(state.limit) else None


def _get_seconds(limit: Limit) -> float:
    return 0.0 if limit.per is None else parse_duration(limit.per) / SECOND


def _count(state: LimitState, name: str, tick: float) -> None:
    if state.limit.requests is None:
        return
    span = _get_present_span(state, name, tick)
    if span is not None:
        state.spans[name] = LimitSpan(span.start, span.count + 1)
        return
    state.spans.pop(name, None)  # the latest is the last
    state.spans[name] = LimitSpan(tick, 1)
    if len(state.spans) > _MAX_SPANS:
        del state.spans[next(iter(state.spans))]


def _explain(state: LimitState) -> str:
    from scenarios.explain.limits import explain_limit  # few accounts have limits

    return f"Rule {state.number} refused this request, {state.applied} so far. {explain_limit(state.limit)}"
