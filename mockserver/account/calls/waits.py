"""What calls hear while they wait: the `waitUrl` of a queue or of a conference, `HoldUrl`, and announcements."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from generators.model import CallStatus
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.playing import Player
from mockserver.account.calls.wait_documents import stop_waiting
from mockserver.account.state.activities import Queued, Requesting
from mockserver.account.state.app_requests import RequestPurpose
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.waiting import HeardBefore, Waiting, WaitKind
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

    def begin(self, call: LiveCall, kind: WaitKind, url: str, method: str) -> None:
        """Let a call that waits hear a document until `stop_waiting`.

        Args:
            url: an absolute URL.
        """
        queued = call.doing if isinstance(call.doing, Queued) else None
        stop_waiting(self._context, call)
        call.waiting = Waiting(kind=kind, url=url, method=method, queued=queued)
        self._ask(call, call.waiting)
        self._settle(call)

    def announce(self, calls: Sequence[LiveCall], url: str, method: str) -> None:
        """Let calls in a conference hear a document once, for which the app is asked once. They stay where they are."""
        for call in calls:
            waiting = Waiting(kind=WaitKind.ANNOUNCEMENT, url=url, method=method, resumes=_find_resumed(call))
            stop_waiting(self._context, call)
            call.waiting = waiting
        first, *others = calls
        assert first.waiting is not None, "it was set before"
        first.waiting.audience = tuple(call.number for call in others)
        self._ask(first, first.waiting)
        self._settle(first)

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
            self._share(call)
            self._player.play(call)
        self._settle(call)
        return call

    def _ask(self, call: LiveCall, waiting: Waiting) -> None:
        waiting.asked_at = self._context.clock.now()
        with _hear(call):
            self._requests.ask(call, RequestPurpose.WAIT, waiting.url, waiting.method, verb="waitUrl")
            self._share(call)
            self._player.play(call)

    def _share(self, call: LiveCall) -> None:
        """Let others hear the announcement that a call hears."""
        waiting, document = call.waiting, call.document
        if waiting is None or isinstance(call.doing, Requesting):
            return
        audience, waiting.audience = waiting.audience, ()
        for other in [self._context.live.calls[number] for number in audience]:
            if other.waiting is not None and other.waiting.url == waiting.url and not other.waiting.documents:
                with _hear(other):
                    other.document = None if document is None else msgspec.structs.replace(document)
                    self._player.play(other)
                self._settle(other)

    def _settle(self, call: LiveCall) -> None:
        """Follow a verb that ends the waiting. In a queue, a document that is over is asked for again."""
        waiting = call.waiting
        assert waiting is not None, "the call waits"
        now = self._context.clock.now()
        if waiting.kind is WaitKind.ANNOUNCEMENT:
            self._settle_announcement(call, waiting)
            return
        is_again = waiting.kind is WaitKind.QUEUE and not waiting.has_failed and now > waiting.asked_at
        if is_again and waiting.result is None and waiting.document is None and waiting.doing is None:
            self._ask(call, waiting)
        if waiting.result == "hangup":
            self._end(call, CallStatus.COMPLETED)
        elif waiting.result is not None:
            self._leave(call, waiting.result)
        self._context.schedule(call)

    def _settle_announcement(self, call: LiveCall, waiting: Waiting) -> None:
        """End an announcement that is over. What the call heard before it begins again."""
        if waiting.document is None and waiting.doing is None and not waiting.audience:
            call.waiting = None
            if waiting.resumes is not None:
                self.begin(call, waiting.resumes.kind, waiting.resumes.url, waiting.resumes.method)
        self._context.schedule(call)

    def _leave(self, call: LiveCall, result: str) -> None:
        """Leave a queue. The caller of this method plays what follows."""
        doing = call.doing
        assert isinstance(doing, Queued), "only a queue is left so"
        stop_waiting(self._context, call)
        call.doing = None
        self._player.leave_queue(call, doing, result)


def _find_resumed(call: LiveCall) -> HeardBefore | None:
    """Return what a call hears again after an announcement, or None if it hears nothing now."""
    waiting = call.waiting
    if waiting is None or waiting.kind is WaitKind.ANNOUNCEMENT:
        return None if waiting is None else waiting.resumes
    return HeardBefore(waiting.kind, waiting.url, waiting.method)


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
