"""Finds the route of a path by the names in it: one look in a table, however many routes there are."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from mockserver.server.routes.resource_route import PathParams, ResourceRoute

_FIRST_PARAMETER = 3
"""The place of the AccountSid among the segments of a path: `/2010-04-01/Accounts/AC...`."""


class ResourceRoutes(BaseRoute):
    """The routes of the API, as one route of Starlette, which would try a pattern for each of them.

    Behind `Accounts`, parameters and names take turns in every path, so the names and their number lead to the route.
    """

    def __init__(self, routes: Iterable[ResourceRoute]) -> None:
        self._routes = {_get_names(route.path.split("/")): route for route in routes}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a route has the path, that route and the parameters."""
        found = self.find(scope["path"]) if scope["type"] == "http" else None
        return (Match.NONE, {}) if found is None else (Match.FULL, {"endpoint": found[0], "path_params": found[1]})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        await scope["endpoint"].handle(scope, receive, send)

    def find(self, path: str) -> tuple[ResourceRoute, PathParams] | None:
        """Return the route of a path and its parameters, or None if no route has it.

        A name at the end may have an extension. A parameter at the end includes it.
        """
        segments = path.split("/")
        if len(segments) % 2:
            segments[-1], dot, extension = segments[-1].partition(".")
            if dot and not extension:
                return None
        route, values = self._routes.get(_get_names(segments)), segments[_FIRST_PARAMETER::2]
        if route is None or "" in values:
            return None
        return route, dict(zip(route.parameters, values, strict=True))


def _get_names(segments: list[str]) -> tuple[int | str, ...]:
    """Return the number of a path's segments, and the names among them."""
    return len(segments), *segments[:_FIRST_PARAMETER], *segments[_FIRST_PARAMETER + 1 :: 2]
