"""Rotates the auth tokens of an account, as its scenario says."""

from typing import TYPE_CHECKING

from generators.seeds import derive_secondary_token
from mockserver.account.state.auth_tokens import AuthTokensState
from mockserver.account.state.state import State
from mockserver.account.time.event_log import EventLog
from scenarios.explain.tokens import describe_token_step
from scenarios.tokens import TokenStep
from scenarios.windows import Phase, Window

if TYPE_CHECKING:
    from mockserver.account.windows import Windows

_SUBJECT = "auth tokens"


class AuthTokens:
    """The auth tokens of one account.

    Each step waits in a window of its own, which opens when the step is due.

    Args:
        seed: the seed of secondary tokens that the scenario does not set.
    """

    def __init__(self, state: State, windows: "Windows", events: EventLog, seed: str, account_sid: str) -> None:
        self._state = state
        self._windows = windows
        self._events = events
        self._seed = seed
        self._account_sid = account_sid

    def arm(self, steps: tuple[TokenStep, ...], primary: str) -> None:
        """Begin to rotate tokens."""
        self._state.auth_tokens = AuthTokensState(primary=primary, steps=steps)
        self._run_due_steps(self._state.auth_tokens)

    def record_request(self) -> None:
        """Record a request that was accepted."""
        tokens = self._state.auth_tokens
        if tokens is not None and tokens.window is not None:
            self._windows.record_request(tokens.window)

    def follow_window(self, number: int) -> None:
        """Run the step that waited for a window, and those that are due with it."""
        tokens = self._state.auth_tokens
        if tokens is not None and tokens.window == number:
            self._windows.disarm(number)
            tokens.window = None
            self._apply_next_step(tokens)
            self._run_due_steps(tokens)

    def _run_due_steps(self, tokens: AuthTokensState) -> None:
        while tokens.next_step < len(tokens.steps):
            step = tokens.steps[tokens.next_step]
            number = self._windows.arm(Window(after=step.after), _SUBJECT, is_of_rule=False)
            if self._windows.get_phase(number) is Phase.BEFORE:
                tokens.window = number
                return
            self._windows.disarm(number)
            self._apply_next_step(tokens)

    def _apply_next_step(self, tokens: AuthTokensState) -> None:
        step = tokens.steps[tokens.next_step]
        tokens.next_step += 1
        if step.create is not None:
            derived = derive_secondary_token(self._seed, self._account_sid, tokens.next_step)
            tokens.secondary = step.token or derived
        else:
            assert tokens.secondary is not None, "the check of scenarios finds a promotion of no token"
            tokens.primary, tokens.secondary = tokens.secondary, None
        self._state.version += 1
        self._events.record("token", _SUBJECT, "", describe_token_step(step))
