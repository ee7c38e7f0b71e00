"""The application of a process that shares a store with others: it leads, or passes requests to the one that does."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from generators.setup_error import MockSetupError
from mockserver.account.storage.store_error import StoreError
from mockserver.mock import Mock
from mockserver.rest.errors import REFUSAL_KEY
from mockserver.rest.headers import ResponseMetadataFactory
from mockserver.rest.methods import READING_METHODS
from mockserver.rest.representations.wires import Wire
from mockserver.server.rendering import is_control_path, protect, render_error
from mockserver.server.saving import REPEATABLE_KEY, NotSavedError, make_store_error
from mockserver.server.sending import send_response
from mockserver.server.workers.leadership import Leadership
from mockserver.server.workers.link_to_leader import LeaderRefusedError, LinkLostError, LinkToLeader
from mockserver.server.workers.membership import Membership
from mockserver.server.workers.repeatable_receive import RepeatableReceive
from mockserver.server.workers.requests_of_leader import RequestsOfLeader
from mockserver.settings.machine_clock import real_pause, stopwatch

_PATIENCE_SECONDS = 1.5
"""Real seconds that a request waits for a process that leads."""
_GRACE_SECONDS = 2.0
"""Real seconds that requests may take when this process stops to lead."""
_PAUSE_SECONDS = 0.05
"""Real seconds between two attempts to lead, or to find the leader."""


logger = logging.getLogger("recmock")


class SharedApplication:
    """Answers requests if this process leads, and passes them to the leader if not.

    Args:
        membership: what this process is among the workers of its store.
        create_app: returns the application of a mock.
        use_mock: returns what is active while a mock leads.
    """

    def __init__(
        self,
        membership: Membership,
        create_app: Callable[[Mock], Starlette],
        use_mock: Callable[[Mock], AbstractContextManager[object]],
    ) -> None:
        self._membership = membership
        self._create_app = create_app
        self._use_mock = use_mock
        self._lifespan = Router(lifespan=self._live)
        self._metadata_factory = ResponseMetadataFactory(membership.mock.instance_id)
        self._idle_app: ASGIApp = create_app(membership.mock)
        """Answers what needs no account, while another process leads."""
        self._leading_app: ASGIApp | None = None
        self.known_requests = RequestsOfLeader(lambda: self._leading_app, self._count_request)
        """Answers repeated requests while this process leads."""
        self._leadership: Leadership | None = None
        self._link: LinkToLeader | None = None
        self._found = asyncio.Event()
        """Set while this process leads, or is linked to the leader."""
        self._in_progress = 0
        """The number of requests that the mock of this process answers."""
        self._problem = "no process leads"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, or the lifespan of the server."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] != "http" or REFUSAL_KEY in scope.get("state", {}):
            await (self._leading_app or self._idle_app)(scope, receive, send)
        else:
            await self._answer(scope, RepeatableReceive(receive), send)

    def close(self) -> None:
        """Let another process lead, once the server has ended.

        Raises:
            StoreError: if the last changes cannot be saved.
        """
        if self._leadership is not None:
            self._leadership.end()
        self._membership.close()

    async def _answer(self, scope: Scope, receive: RepeatableReceive, send: Send) -> None:
        deadline = stopwatch() + _PATIENCE_SECONDS
        while True:
            app, link = self._leading_app, self._link
            try:
                if app is not None:
                    await self._answer_here(app, scope, receive, send)
                    return
                if link is not None:
                    await link.pass_on(scope, receive, send)
                    return
            except NotSavedError:
                self._leave(app, link)
            except LinkLostError:
                self._leave(app, link)
                if scope["method"] not in READING_METHODS:
                    reason = "the process that leads ended while it had the request"
                    await self._send_error(StoreError(reason), scope, receive, send)
                    return
            receive.rewind()
            if not await self._wait_until_found(deadline):
                await self._send_error(StoreError(self._problem), scope, receive, send)
                return

    def _leave(self, app: ASGIApp | None, link: LinkToLeader | None) -> None:
        """Let requests wait for another leader than the one that has just failed."""
        if self._leading_app is app and self._link is link:
            self._leading_app = self._link = None
            self._found.clear()

    async def _answer_here(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[REPEATABLE_KEY] = True
        self._count_request(1)
        try:
            await app(scope, receive, send)
        finally:
            self._count_request(-1)

    def _count_request(self, change: int) -> None:
        self._in_progress += change

    async def _wait_until_found(self, deadline: float) -> bool:
        try:
            async with asyncio.timeout(max(0.0, deadline - stopwatch())):
                await self._found.wait()
        except TimeoutError:
            return False
        return True

    async def _send_error(self, error: StoreError, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        response, metadata = render_error(make_store_error(error), path), None
        if is_control_path(path):
            response = protect(response, path)
        else:
            metadata = self._metadata_factory(Wire.TWILIO, 0.0)
        await send_response(response, metadata, scope, receive, send)

    @asynccontextmanager
    async def _live(self, _: Starlette) -> AsyncIterator[None]:
        """Find a role, and change it as others come and go, until the server stops."""
        work = asyncio.get_running_loop().create_task(self._work())
        found = asyncio.ensure_future(self._found.wait())
        try:
            await asyncio.wait((work, found), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await work  # it has failed
            yield
        finally:
            found.cancel()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            try:
                leadership = await asyncio.to_thread(self._membership.try_to_lead)
                if leadership is not None:
                    await self._lead(leadership)
                elif not await self._follow():
                    await real_pause(_PAUSE_SECONDS)
            except (LeaderRefusedError, MockSetupError) as error:
                self._problem = str(error)
                await real_pause(_PAUSE_SECONDS)

    async def _lead(self, leadership: Leadership) -> None:
        """Lead until the lead is lost, or handed over to a process that starts."""
        self._leadership, app = leadership, self._create_app(leadership.mock)
        with self._use_mock(leadership.mock):
            async with app.router.lifespan_context(app), leadership.serve_others(app):
                self._leading_app = app
                self._found.set()
                try:
                    await leadership.wait_for_end()
                finally:
                    self._found.clear()
                    self._leading_app = None
                await self._wait_for_requests()
        self._leadership = None
        self._membership.note_end(leadership)
        try:
            leadership.end()
        except StoreError as error:
            logger.error("recmock: the last changes are lost: %s", error)

    async def _wait_for_requests(self) -> None:
        """Let the requests end that the mock of this process answers: later, their changes would be lost."""
        deadline = stopwatch() + _GRACE_SECONDS
        while self._in_progress and stopwatch() < deadline:
            await real_pause(_PAUSE_SECONDS)

    async def _follow(self) -> bool:
        """Pass requests to the leader until it ends. Return False if there is none."""
        link = await self._membership.find_link()
        if link is None:
            return False
        self._link = link
        self._found.set()
        try:
            await link.lost.wait()
        finally:
            self._found.clear()
            self._link = None
            link.connection.close()
        if link.is_handed_over:
            self._membership.hold_back()
        return True
