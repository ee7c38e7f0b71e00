"""The known requests of the application that leads, as long as this process has it."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any

from mockserver.server.cached_responses import ResponseKey
from mockserver.server.exchange import Exchange
from mockserver.server.known_requests import Answer, RepeatedRequests
from mockserver.server.sending import ResponseWriter


class RequestsOfLeader:
    """Answers repeated requests while this process leads; see `KnownRequests`.

    Args:
        find_application: returns the application that leads, or None.
        count_request: returns what is active while a request is answered.
    """

    def __init__(
        self, find_application: Callable[[], object], count_request: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._find_application = find_application
        self._count_request = count_request

    def respond(self, head: bytes, write: ResponseWriter) -> Answer:
        """Respond to a request if its head is known and its response is in the cache."""
        requests = self._find()
        answer = False if requests is None else requests.respond(head, write)
        return answer if isinstance(answer, bool) else self._finish(answer)

    def is_repeated(self, head: bytes) -> bool:
        """Return True if a head was received before by this application."""
        requests = self._find()
        return requests is not None and requests.is_repeated(head)

    def learn(self, head: bytes, exchange: Exchange, response_key: ResponseKey) -> None:
        """Make a head known: its request was answered from the cache."""
        if (requests := self._find()) is not None:
            requests.learn(head, exchange, response_key)

    async def _finish(self, answer: Coroutine[Any, Any, bool]) -> bool:
        with self._count_request():
            return await answer

    def _find(self) -> RepeatedRequests | None:
        return getattr(self._find_application(), "known_requests", None)
