"""The known requests of the application that leads, as long as this process has it."""

from collections.abc import Callable

from mockserver.server.cached_responses import ResponseKey
from mockserver.server.exchange import Exchange
from mockserver.server.known_requests import Finish, RepeatedRequests
from mockserver.server.sending import ResponseWriter


class RequestsOfLeader:
    """Answers repeated requests while this process leads; see `KnownRequests`.

    Args:
        find_application: returns the application that leads, or None.
        count_request: receives 1 when a request begins to wait for the store, and -1 when it does not wait any more.
    """

    def __init__(self, find_application: Callable[[], object], count_request: Callable[[int], None]) -> None:
        self._find_application = find_application
        self._count_request = count_request

    def respond(self, head: bytes, write: ResponseWriter, finish: Finish) -> bool | None:
        """Respond to a request as `RepeatedRequests` says."""
        requests = self._find()
        if requests is None:
            return False

        def finish_counted(is_written: bool) -> None:
            self._count_request(-1)
            finish(is_written)

        self._count_request(1)
        answer: bool | None = False
        try:
            answer = requests.respond(head, write, finish_counted)
        finally:
            if answer is not None:
                self._count_request(-1)
        return answer

    def is_repeated(self, head: bytes) -> bool:
        """Return True if a head was received before by this application."""
        requests = self._find()
        return requests is not None and requests.is_repeated(head)

    def learn(self, head: bytes, exchange: Exchange, response_key: ResponseKey) -> None:
        """Make a head known: its request was answered from the cache."""
        if (requests := self._find()) is not None:
            requests.learn(head, exchange, response_key)

    def _find(self) -> RepeatedRequests | None:
        return getattr(self._find_application(), "known_requests", None)
