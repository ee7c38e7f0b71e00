"""What calls hear while they wait: the `waitUrl` of a queue or of a conference."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from generators.model import CallStatus
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.playing import Player
from mockserver.account.calls.wait_documents import stop_waiting
from mockserver.account.state.activities import Queued, Requesting
from mockserver.account.state.app_requests import RequestPurpose
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.waiting import Waiting, WaitKind
from mockserver.callbacks.app_request import AppAnswer


class Waits:
    """Plays a second document to calls that wait, while what they do goes on.

    Args:
        end: ends a call with a status.
    """

    def __init__(
        self, context: CallContext, requests: AppRequests, player: Player, end: Callable[[LiveCall, CallStatus], None]
    ) -> None:
        self._context = context
        self._requests = requests
        self._player = player
        self._end = end

    def begin(self, call: LiveCall, url: str, method: str) -> None:
        """Let a call that waits hear a document until `stop_waiting`.

        Args:
            url: an absolute URL.
        """
        queued = call.doing if isinstance(call.doing, Queued) else None
        kind = WaitKind.CONFERENCE if queued is None else WaitKind.QUEUE
        call.waiting = Waiting(kind=kind, url=url, method=method, queued=queued)
        self._ask(call, call.waiting)
        self._settle(call)

    def resume(self, call: LiveCall) -> None:
        """Continue what a call hears if an act of it is over."""
        waiting = call.waiting
        doing = None if waiting is None else waiting.doing
        if doing is not None and doing.done_at is not None and doing.done_at <= self._context.clock.now():
            with _hear(call):
                self._player.resume(call)
            self._settle(call)

    def receive(self, number: int, answer: AppAnswer) -> LiveCall | None:
        """Take the answer to a request of a call that waits. Return the call, or None if the request is another."""
        request = self._context.live.app_requests.get(number)
        call = None if request is None else self._context.live.calls.get(request.call)
        doing = None if call is None or call.waiting is None else call.waiting.doing
        if call is None or not isinstance(doing, Requesting) or doing.number != number:
            return None
        with _hear(call):
            self._requests.receive(number, answer)
            self._player.play(call)
        self._settle(call)
        return call

    def _ask(self, call: LiveCall, waiting: Waiting) -> None:
        waiting.asked_at = self._context.clock.now()
        with _hear(call):
            self._requests.ask(call, RequestPurpose.WAIT, waiting.url, waiting.method, verb="waitUrl")
            self._player.play(call)

    def _settle(self, call: LiveCall) -> None:
        """Follow a verb that ends the waiting. In a queue, a document that is over is asked for again."""
        waiting = call.waiting
        assert waiting is not None, "the call waits"
        now = self._context.clock.now()
        is_again = waiting.kind is WaitKind.QUEUE and not waiting.has_failed and now > waiting.asked_at
        if is_again and waiting.result is None and waiting.document is None and waiting.doing is None:
            self._ask(call, waiting)
        if waiting.result == "hangup":
            self._end(call, CallStatus.COMPLETED)
        elif waiting.result is not None:
            self._leave(call, waiting.result)
        self._context.schedule(call)

    def _leave(self, call: LiveCall, result: str) -> None:
        """Leave a queue. The caller of this method plays what follows."""
        doing = call.doing
        assert isinstance(doing, Queued), "only a queue is left so"
        stop_waiting(self._context, call)
        call.doing = None
        self._player.leave_queue(call, doing, result)


@contextmanager
def _hear(call: LiveCall) -> Iterator[None]:
    """Give a call the document that it hears while it waits, in place of its own."""
    waiting = call.waiting
    assert waiting is not None, "the call waits"
    document, doing = call.document, call.doing
    call.document, call.doing, waiting.is_playing = waiting.document, waiting.doing, True
    yield
    waiting.document, waiting.doing, waiting.is_playing = call.document, call.doing, False
    call.document, call.doing = document, doing
