"""Requests that clients send again and again: their heads are known, and need not be parsed and checked again.

Tests and SDKs repeat the same bytes. What a head alone determines is kept here: the account, which its credentials may
read, the wire, and the key of the response. The response itself stays in the cache, which knows if it is still valid.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec

from mockserver.mock import Mock
from mockserver.rest.auth import AuthSetting
from mockserver.rest.headers import ResponseMetadata
from mockserver.server.cached_responses import ResponseKey, find_response
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response
from mockserver.server.response_recorder import ResponseRecorder
from mockserver.server.sending import ResponseWriter, write_response
from mockserver.settings.machine_clock import stopwatch

HEAD_LEARNER_KEY = "recmock.learn_head"
"""The key in the state of the ASGI scope with the function that makes the head of a request known."""
HeadLearner = Callable[[Exchange, ResponseKey], None]

_MAX_HEADS = 1024
_MAX_BYTES = 2 << 20
_MAX_HEAD_BYTES = 4096
"""Longer heads stay unknown."""
_OVERHEAD_BYTES = 1000
"""The approximate size of a known request without the bytes of its head, of which it has two copies."""
_MAX_SEEN = 4096


Finish = Callable[[bool], object]
"""Receives True if a response was written once a store had saved, and False if the request takes the usual way."""


class RepeatedRequests(Protocol):
    """Answers repeated requests."""

    def respond(self, head: bytes, write: ResponseWriter, finish: Finish) -> bool | None:
        """Respond to a request if its head is known and its response is in the cache.

        Returns:
            True if the response was written, False if the request takes the usual way. None if a store has to save
            first what the request changes: `finish` is called with one of these, perhaps already.
        """

    def is_repeated(self, head: bytes) -> bool:
        """Return True if a head was received before. Most heads with a trace id or a date never come twice."""

    def learn(self, head: bytes, exchange: Exchange, response_key: ResponseKey) -> None:
        """Make a head known: its request was answered from the cache."""


class _KnownRequest(msgspec.Struct, frozen=True):
    """What a head determines."""

    account_key: str
    """The AccountSid in lower case."""
    response_key: ResponseKey
    exchange: Exchange
    """The request, without its account and its connection."""


class KnownRequests:
    """The known requests of one application, limited in number and in bytes. When it is full, it begins again.

    Args:
        mock: the mock. Nothing is answered here if the credentials that are accepted, or the wire of an account, can
            change.
        recorder: records the responses.
    """

    def __init__(self, mock: Mock, recorder: ResponseRecorder) -> None:
        self._mock, self._recorder = mock, recorder
        self._checks_tokens = mock.settings.auth is AuthSetting.STRICT
        self._requests: dict[bytes, _KnownRequest] = {}
        self._bytes = 0
        self._heads_by_account: dict[str, list[bytes]] = {}
        self._seen: set[int] = set()
        """The hashes of heads that were received once."""
        mock.forget_listeners.append(self._forget_account)

    def __len__(self) -> int:
        return len(self._requests)

    def respond(self, head: bytes, write: ResponseWriter, finish: Finish) -> bool | None:
        """Respond to a request as `RepeatedRequests` says."""
        request, mock = self._requests.get(head), self._mock
        if request is None or not self._is_usable():
            return False
        started = stopwatch()
        account = mock.use_account(request.account_key)
        if account is None:
            return False
        account.run_due()
        response = None if account.has_request_rules else find_response(mock, account, request.response_key)
        if response is None:
            return False
        mock.request_counts.cache_hits += 1
        exchange, seconds = request.exchange, stopwatch() - started
        self._recorder.record(exchange, account, response, started, seconds)
        metadata = self._recorder.make_metadata(exchange.wire, seconds)
        if mock.saver is None:
            return write_response(response, metadata, write)
        mock.saver.call_when_saved(partial(_write_if_saved, response, metadata, write, finish))
        return None

    def is_repeated(self, head: bytes) -> bool:
        """Return True if a head was received before. Most heads with a trace id or a date never come twice."""
        key, seen = hash(head), self._seen
        if key in seen:
            return True
        if len(seen) >= _MAX_SEEN:
            seen.clear()
        seen.add(key)
        return False

    def learn(self, head: bytes, exchange: Exchange, response_key: ResponseKey) -> None:
        """Make a head known: its request was answered from the cache.

        A base URL that the head does not determine, and a path with a slash twice, which has a warning, stay unknown.
        """
        path = head.partition(b" HTTP/")[0].partition(b"?")[0]
        base_url = self._mock.settings.public_url or "http://" + exchange.headers.get(b"host", b"").decode("latin-1")
        is_whole = b"//" not in path and base_url == exchange.base_url
        is_own = exchange.mock is self._mock  # another one may have had the store when the request was received
        if len(head) > _MAX_HEAD_BYTES or head in self._requests or not (is_whole and is_own and self._is_usable()):
            return
        size = _OVERHEAD_BYTES + 2 * len(head)
        if len(self._requests) >= _MAX_HEADS or self._bytes + size > _MAX_BYTES:
            self._clear()
        account_key = exchange.account.sid.lower()
        self._bytes += size
        self._requests[head] = _KnownRequest(account_key, response_key, exchange.without_connection())
        self._heads_by_account.setdefault(account_key, []).append(head)

    def _is_usable(self) -> bool:
        mock = self._mock
        is_fixed = not (mock.overrides or self._checks_tokens or mock.has_strict_scenario)
        return is_fixed and (mock.saver is None or mock.saver.failure is None)

    def _forget_account(self, account_key: str) -> None:
        for head in self._heads_by_account.pop(account_key, ()):
            self._bytes -= _OVERHEAD_BYTES + 2 * len(head)
            del self._requests[head]

    def _clear(self) -> None:
        self._requests.clear()
        self._heads_by_account.clear()
        self._bytes = 0


def _write_if_saved(
    response: Response, metadata: ResponseMetadata, write: ResponseWriter, finish: Finish, is_saved: bool
) -> None:
    is_written = False
    try:
        is_written = is_saved and write_response(response, metadata, write)
    finally:
        finish(is_written)  # else its connection would wait for ever
