"""Debugger events about callbacks, and their bounds."""

import pytest

from mockserver.account.calls import debugger
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest
from tests.calls import APP, Line, StandIn, respond


class Refusing(StandIn):
    """Gives documents, and does not accept callbacks."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__({"/voice": respond("<Say>Hi</Say>")})
        self.outcome = outcome

    async def send(self, request: CallbackRequest) -> Outcome:
        await super().send(request)
        return self.outcome


@pytest.mark.parametrize(
    ("outcome", "level", "code", "text"),
    [
        (Outcome(500, None, ""), "warning", 15003, "callback completed: the receiver answered 500"),
        (Outcome(302, None, ""), "warning", 15003, "callback completed: the receiver answered 302"),
        (Outcome(None, Failure.CONNECTION, "refused"), "error", 11205, "callback completed: refused"),
    ],
)
def test_callback_that_fails_is_noted(outcome: Outcome, level: str, code: int, text: str) -> None:
    with Line(Refusing(outcome)) as line:
        call = line.play(events=("completed",))
        (event,) = line.debugger
        assert (event.level, event.code, event.text) == (level, code, text)
        assert (event.call_sid, event.url, call.status) == (call.sid, f"{APP}/status", "completed")


def test_refused_signature_of_a_callback_names_the_origin_that_is_signed() -> None:
    with Line(Refusing(Outcome(403, None, ""))) as line:
        line.play(events=("completed",))
        (event,) = line.debugger
        assert event.text.startswith("callback completed: the receiver answered 403. If it checks signatures, compare")
        assert event.text.endswith(f"signed for {APP}")


def test_callback_that_is_accepted_is_not_noted() -> None:
    with Line({"/voice": respond("<Say>Hi</Say>")}) as line:
        line.play(events=("completed",))
        assert line.debugger == []


def test_oldest_events_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debugger, "_MAX_EVENTS", 2)
    with Line({"/voice": respond("<A/><B/><C/>")}) as line:
        line.play()
        assert [event.serial for event in line.debugger] == [1, 2]
