"""Arrivals: recordings that arrive by themselves as the account's clock passes.

Each rule has one timer, for its next recording. Instants are microseconds since the epoch.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mockserver.account.arriving_recordings import ArrivalPlan, build_recording, draw
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.arrivals import ArrivalState, encode_origin
from mockserver.account.state.state import RecordingDefaults, State, TimerKind
from mockserver.account.state.subscription import Subscription
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers
from mockserver.account.timelines import Timelines
from scenarios.arrivals import find_next_arrival
from scenarios.date_resolution import resolve_timeline
from scenarios.model import Arrival
from scenarios.windows import Phase, build_window

if TYPE_CHECKING:
    from mockserver.account.windows import Windows


class Arrivals:
    """The arrivals of an account.

    Args:
        get_token: returns the auth token of the account, which signs callbacks.
        get_windows: returns the windows of the account's rules, which few accounts have.
    """

    def __init__(
        self,
        recording_index: RecordingIndex,
        timelines: Timelines,
        timers: Timers,
        events: EventLog,
        get_token: Callable[[], str],
        get_windows: "Callable[[], Windows]",
    ) -> None:
        self._recording_index = recording_index
        self._state: State = recording_index.state
        self._timelines = timelines
        self._timers = timers
        self._events = events
        self._get_token = get_token
        self._get_windows = get_windows
        self._plans: dict[int, ArrivalPlan] = {}
        """By the number of the rule. They follow from the rules."""

    @property
    def counts_requests(self) -> bool:
        """True if a rule waits for requests."""
        windows = self._state.windows
        return any(
            rule.window is not None and windows[rule.window].next_request is not None for rule in self._state.arrivals
        )

    def add(self, arrival: Arrival, defaults: RecordingDefaults) -> ArrivalState:
        """Append a rule, which begins at once unless it waits for something."""
        rule = ArrivalState(
            number=self._state.arrival_serial,
            arrival=arrival,
            status_callback=arrival.status_callback or defaults.status_callback,
            base_url=defaults.base_url,
        )
        window = build_window(arrival)
        if window is not None:
            rule.window = self._get_windows().arm(window, _get_name(rule))
        self._state.arrivals.append(rule)
        self._state.arrival_serial += 1
        self._state.version += 1
        if rule.window is None:
            self._begin(rule)
        else:
            self.follow_window(rule.window)
        return rule

    def remove(self, number: int | None = None) -> int:
        """Remove one rule, or all, and return how many were removed. The recordings stay."""
        removed = [rule for rule in self._state.arrivals if number in (None, rule.number)]
        for rule in removed:
            if rule.window is not None:
                self._get_windows().disarm(rule.window)
            self._state.arrivals.remove(rule)
        self._state.version += bool(removed)
        return len(removed)

    def record_request(self) -> None:
        """Count a request, which may begin or end rules."""
        for rule in self._state.arrivals:
            if rule.window is not None:
                self._get_windows().record_request(rule.window)

    def follow_window(self, window: int) -> None:
        """Begin or end the rule of a window, if it is one of these, as the window says."""
        rule = next((rule for rule in self._state.arrivals if rule.window == window), None)
        if rule is None:
            return
        phase = self._get_windows().get_phase(window)
        if phase is Phase.OPEN:
            self._begin(rule)
        elif phase is Phase.OVER:
            rule.next_instant = None

    def resume(self, number: int) -> None:
        """Let a recording arrive whose timer fired. Its rule may be over by now, or removed."""
        rule, now = self.find(number), self._recording_index.clock.now()
        if rule is None or rule.next_instant != now:
            return
        rule.arrived += 1
        rule.latest = now
        self._bring(rule, now)
        self._schedule_next(rule)

    def find(self, number: int) -> ArrivalState | None:
        """Return a rule by its number, or None if there is none."""
        return next((rule for rule in self._state.arrivals if rule.number == number), None)

    def _begin(self, rule: ArrivalState) -> None:
        rule.start = rule.latest = self._recording_index.clock.now()
        self._schedule_next(rule)

    def _schedule_next(self, rule: ArrivalState) -> None:
        rule.next_instant = None
        if rule.arrived == rule.arrival.count:
            name = _get_name(rule)
            self._events.record("rule", name, "", f"{name} is over: {rule.arrived:,} recordings arrived")
            return
        number, corpus = rule.arrived + 1, self._recording_index.corpus
        rule.next_instant = find_next_arrival(
            rule.arrival.rhythm,
            self._get_plan(rule).interval,
            rule.start,
            rule.latest,
            number,
            lambda: draw(corpus, rule.number, number).gap,
        )
        self._timers.add(rule.next_instant, TimerKind.ARRIVAL, rule.number)

    def _bring(self, rule: ArrivalState, now: int) -> None:
        corpus, plan, number = self._recording_index.corpus, self._get_plan(rule), rule.arrived
        draws = draw(corpus, rule.number, number)
        recording = build_recording(corpus, plan.mix, rule.number, number, draws, now)
        index = self._recording_index.add(recording, now, origin=encode_origin(rule.number, number))
        if rule.status_callback is not None:
            self._state.subscriptions[index] = Subscription(
                rule.status_callback,
                rule.arrival.status_callback_method,
                rule.arrival.status_callback_event,
                self._get_token(),
                "the account's auth token",
                rule.base_url,
            )
        self._timelines.start(index, resolve_timeline(plan.build_timeline(draws), now))

    def _get_plan(self, rule: ArrivalState) -> ArrivalPlan:
        plan = self._plans.get(rule.number)
        if plan is None:
            plan = self._plans[rule.number] = ArrivalPlan(rule.arrival, self._recording_index.corpus.spec.mix)
        return plan


def _get_name(rule: ArrivalState) -> str:
    """Return the name of a rule in the log of events."""
    return f"arrivals[{rule.number}]"
