"""Snapshots that are taken while an app is asked."""

import asyncio
from collections import deque

from mockserver.account.commands.calls import HangUpCall, PlaceCall, ReceiveAnswer
from mockserver.account.commands.recordings import UseNewSids
from mockserver.account.state.live_calls import LiveCall
from mockserver.callbacks.app_request import AppAnswer
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.response import ReceivedResponse
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

    async def fetch(self, request: CallbackRequest) -> ReceivedResponse:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets the event")


def test_worker_that_stops_leaves_the_request_to_the_next_one() -> None:
    with Line(NeverAnswers({})) as line:
        call = line.account.apply(PlaceCall(call=line.make_call()))
        asyncio.run(ask_and_stop(line))
        assert line.account.has_app_requests
        line.connect(StandIn({"/voice": respond("<Say>Hi</Say>")}))
        line.settle()
        line.finish(call)
        assert list_heard(call) == ["Hi"]


async def ask_and_stop(line: Line, ending: LiveCall | None = None) -> None:
    """Ask the app, let a call end if one is given, and stop before the app answers."""
    worker = line.mock.worker
    worker.start()
    deque(line.account.clock_moves.advance_to(line.account.clock.now()), maxlen=0)
    worker.schedule(line.account)
    assert not line.account.has_app_requests
    if ending is not None:
        line.account.apply(HangUpCall(number=ending.number))
    await worker.stop()


def test_worker_that_stops_forgets_the_request_of_a_call_that_is_over() -> None:
    with Line(NeverAnswers({})) as line:
        call = line.account.apply(PlaceCall(call=line.make_call()))
        asyncio.run(ask_and_stop(line, call))
        assert not line.account.has_app_requests


def test_snapshot_while_the_app_ends_its_call_asks_nothing_again() -> None:
    snapshots: list[bytes] = []
    with Line({}) as line:

        def end(_: object) -> str:
            line.account.apply(HangUpCall(number=line.calls[0].number))
            snapshots.append(line.account.snapshot())
            return respond("<Say>Never heard</Say>")

        line.app.answers["/voice"] = end
        line.play()
        (asked,) = line.calls[0].asked
        assert asked.status == 200
        line.restore(snapshots[0])
        assert (line.app.paths, line.calls[0].talk) == (["/voice"], [])


def test_request_that_was_not_sent_is_dropped_with_its_call() -> None:
    with Line({}) as line:
        call = line.account.apply(PlaceCall(call=line.make_call()))
        deque(line.account.clock_moves.advance_to(line.account.clock.now()), maxlen=0)
        assert line.account.has_app_requests
        line.account.apply(HangUpCall(number=call.number))
        assert not line.account.has_app_requests


def test_answer_to_a_dropped_request_changes_nothing() -> None:
    with Line({}) as line:
        call = line.place(twiml=respond("<Say>Hi</Say>"))
        line.account.apply(ReceiveAnswer(number=7, answer=AppAnswer(url="http://127.0.0.1:5000/voice")))
        assert (call.asked, line.codes) == ([], [])


def test_calls_have_other_sids_after_the_store_has_lost_some() -> None:
    with Line({}) as line:
        line.account.apply(PlaceCall(call=line.make_call()))
        line.account.apply(UseNewSids(epoch=1))
        call = line.account.apply(PlaceCall(call=line.make_call()))
        assert (call.number, [*line.account.state.live.calls]) == (1 << 40, [0, 1 << 40])
