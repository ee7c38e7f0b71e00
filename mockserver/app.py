"""The application: routes behind the gateway, assembled."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from generators.suggestion import shorten_list, suggest
from mockserver.mock import Mock
from mockserver.rest.errors import TwilioError
from mockserver.server.gateway import Gateway
from mockserver.server.known_requests import KnownRequests
from mockserver.server.own_imports import prepare_imports
from mockserver.server.rendering import is_control_path
from mockserver.server.response_recorder import ResponseRecorder
from mockserver.server.routes.resource_routes import ResourceRoutes
from mockserver.server.routes.table import RESOURCE_ROUTES

_FIRST_SEGMENT = 4
"""The first segment below the account, in a path that is split at its slashes."""


class Application(Starlette):
    """An application without the two middlewares of Starlette: the gateway answers every error itself."""

    known_requests: KnownRequests | None = None
    """Answers repeated requests for the server. A server that has none parses each request."""

    def build_middleware_stack(self) -> ASGIApp:
        """Return the middleware around the routes, the gateway included."""
        app: ASGIApp = self.router
        for middleware, args, keywords in reversed(self.user_middleware):
            app = middleware(app, *args, **keywords)
        return app


def create_app(mock: Mock) -> Application:
    """Return the ASGI application of a mock. Two applications share nothing but their mock."""
    prepare_imports()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        mock.open_store()
        mock.worker.start()
        for account in mock.list_accounts_in_memory():  # their timelines run without requests too
            mock.worker.schedule(account)
        try:
            with mock.keeping_clocks():
                yield
        finally:  # a server that shares a store cancels this
            await mock.worker.stop()

    recorder = ResponseRecorder(mock)
    app = Application(
        routes=[
            ResourceRoutes(RESOURCE_ROUTES),
            *(Route(path, _Dashboard()) for path in ("/", "/_mock", "/_mock/", "/_mock/ui/{name}")),
            Route("/_mock/{path:path}", _ControlApi()),
        ],
        middleware=[Middleware(Gateway, mock=mock, recorder=recorder)],
        lifespan=lifespan,
    )
    # Starlette answers unknown paths in plain text and redirects slashes with 307. Twilio does neither.
    app.router.redirect_slashes = False
    app.router.default = _respond_to_unknown_path
    app.known_requests = KnownRequests(mock, recorder)
    return app


class _ControlApi:
    """The control API, imported with its first request: most servers never receive one."""

    @cached_property
    def _router(self) -> Router:
        from mockserver.control.routes import CONTROL_ROUTES

        return Router(CONTROL_ROUTES, redirect_slashes=False, default=_respond_to_unknown_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        await self._router(scope, receive, send)


class _Dashboard:
    """The page, imported with its first request."""

    @cached_property
    def _router(self) -> Router:
        from mockserver.dashboard.routes import DASHBOARD_ROUTES

        return Router(DASHBOARD_ROUTES, redirect_slashes=False, default=_respond_to_unknown_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        await self._router(scope, receive, send)


async def _respond_to_unknown_path(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    raise TwilioError(20404, _explain_unknown_path(scope["path"]))


def _explain_unknown_path(path: str) -> str:
    """Return the reason for an unknown path, of at most 300 characters unless it is one of the control API."""
    if is_control_path(path):
        from mockserver.control.reference import explain_unknown_path

        return explain_unknown_path(path)
    segments = [resource.path.split("/")[_FIRST_SEGMENT:] for resource in RESOURCE_ROUTES]
    served = shorten_list([f"/{name}" for name in dict.fromkeys(names[0] for names in segments if names)], limit=9)
    known = {name for names in segments for name in names if name.isalpha()}
    found = [name.partition(".")[0] for name in path.split("/")[_FIRST_SEGMENT:]]
    hint = next((suggest(name, sorted(known)) for name in found if name.isalpha() and name not in known), "")
    return f"Not emulated. Below an account this mock serves {served} and what belongs to recordings.{hint}"
