"""The rules of an account: faults, rate limits, page drift, arrivals, and when they apply.

Each kind is made when it is first used, like the derived resources: most accounts have no rules.
"""

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

from generators.corpus.corpus import Corpus
from mockserver.account.resources.derived_resources import DerivedResources
from mockserver.account.state.state import State
from mockserver.account.time.clock import Clock
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers

if TYPE_CHECKING:
    from mockserver.account.arrivals import Arrivals
    from mockserver.account.auth_tokens import AuthTokens
    from mockserver.account.fault_rules import FaultRules
    from mockserver.account.limits import Limits
    from mockserver.account.page_drift import PageDrift
    from mockserver.account.timelines import Timelines
    from mockserver.account.windows import Windows
    from scenarios.model import Scenario


class AccountRules(DerivedResources):
    """The rules of an account."""

    corpus: Corpus
    clock: Clock
    scenario: "Scenario | None"
    state: State
    timers: Timers
    events: EventLog

    @property
    @abstractmethod
    def token(self) -> str:
        """The auth token."""

    @property
    @abstractmethod
    def timelines(self) -> "Timelines":
        """The timelines of recordings."""

    @cached_property
    def fault_rules(self) -> "FaultRules":
        """The fault rules. Most accounts have none."""
        from mockserver.account.fault_rules import FaultRules

        seed, resolve_handle = self.corpus.spec.seed, self.recordings.recording_index.resolve_handle
        return FaultRules(self.state, self.clock, seed, resolve_handle, self.scenario, lambda: self.windows)

    @cached_property
    def limits(self) -> "Limits":
        """The rate limits. Most accounts have none."""
        from mockserver.account.limits import Limits

        return Limits(self.state, self.recordings.recording_index.resolve_handle, lambda: self.windows)

    @property
    def has_request_rules(self) -> bool:
        """True if fault rules or rate limits decide about requests, or arrivals or auth tokens wait for some."""
        state = self.state
        return bool(state.rules or state.limits) or self.counts_requests

    @property
    def counts_requests(self) -> bool:
        """True if arrivals or auth tokens wait for requests."""
        state = self.state
        return state.auth_tokens is not None or (bool(state.arrivals) and self.arrivals.counts_requests)

    @property
    def match_headers(self) -> bool:
        """True if a fault rule or a rate limit matches headers."""
        return (bool(self.state.rules) and self.fault_rules.match_headers) or (
            bool(self.state.limits) and self.limits.match_headers
        )

    @property
    def match_forms(self) -> bool:
        """True if a fault rule or a rate limit matches fields of the form in the body."""
        return (bool(self.state.rules) and self.fault_rules.match_forms) or (
            bool(self.state.limits) and self.limits.match_forms
        )

    @cached_property
    def page_drift(self) -> "PageDrift":
        """The page drift rules."""
        from mockserver.account.page_drift import PageDrift

        return PageDrift(self.recordings, self.timelines, self.events, lambda: self.windows)

    @cached_property
    def windows(self) -> "Windows":
        """From when and until when rules apply."""
        from mockserver.account.windows import Windows

        return Windows(self.recordings.recording_index, self.timers, self.events, self._follow_window)

    def _follow_window(self, number: int) -> None:
        if self.state.arrivals:
            self.arrivals.follow_window(number)
        if self.state.auth_tokens is not None:
            self.auth_tokens.follow_window(number)

    @cached_property
    def arrivals(self) -> "Arrivals":
        """The recordings that arrive by themselves. Most accounts have none."""
        from mockserver.account.arrivals import Arrivals

        index = self.recordings.recording_index
        return Arrivals(index, self.timelines, self.timers, self.events, lambda: self.token, lambda: self.windows)

    @cached_property
    def auth_tokens(self) -> "AuthTokens":
        """The auth tokens that the scenario rotates. Most accounts keep theirs."""
        from mockserver.account.auth_tokens import AuthTokens

        return AuthTokens(self.state, self.windows, self.events, self.corpus.spec.seed, self.corpus.spec.account_sid)
