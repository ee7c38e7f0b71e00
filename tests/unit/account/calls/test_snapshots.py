"""Snapshots that are taken while an app is asked."""

import asyncio
from collections import deque

from mockserver.account.commands.calls import PlaceCall
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.response import Response
from scenarios.callers import Caller
from tests.calls import Line, StandIn, list_heard, respond

ANN = Caller(speech=("Hello, this is Ann.",))


def test_snapshot_while_the_app_is_asked_asks_it_again() -> None:
    snapshots: list[bytes] = []
    with Line({"/done": respond("<Say>Thanks</Say>")}) as line:

        def take_snapshot(_: object) -> str:
            snapshots.append(line.account.snapshot())
            return respond("<Record action='/done'/>")

        line.app.answers["/voice"] = take_snapshot
        line.play(caller=ANN)
        line.restore(snapshots[0])
        (call,) = line.calls
        line.finish(call)
        assert list_heard(call) == ["Hello, this is Ann.", "Thanks"]
        assert line.app.paths == ["/voice", "/done"] * 2


class NeverAnswers(StandIn):
    """Answers no request for a document."""

    async def fetch(self, request: CallbackRequest) -> Response:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets the event")


def test_worker_that_stops_leaves_the_request_to_the_next_one() -> None:
    with Line(NeverAnswers({})) as line:
        call = line.account.apply(PlaceCall(call=line.make_call()))
        asyncio.run(ask_and_stop(line))
        line.connect(StandIn({"/voice": respond("<Say>Hi</Say>")}))
        line.settle()
        line.finish(call)
        assert list_heard(call) == ["Hi"]


async def ask_and_stop(line: Line) -> None:
    """Ask the app, and stop before it answers."""
    worker = line.mock.worker
    worker.start()
    deque(line.account.clock_moves.advance_to(line.account.clock.now()), maxlen=0)
    worker.schedule(line.account)
    assert not line.account.has_app_requests
    await worker.stop()
    assert line.account.has_app_requests
