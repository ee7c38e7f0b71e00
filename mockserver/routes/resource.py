"""An endpoint of the API: a path, and the operation of each method on it."""

from collections.abc import Callable, Iterator, Mapping

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from generators.model import API_VERSION
from mockserver.caller import body_of
from mockserver.errors import TwilioError
from mockserver.exchange import Exchange
from mockserver.faults.effects import undergo
from mockserver.rendering import render
from mockserver.rest.query import Query
from mockserver.results import Result
from mockserver.wire.representation import Representation, extension
from scenarios.operations import Operation

Path = Mapping[str, str]
"""The parameters of a path."""
Handler = Callable[[Exchange, Path], Result]
"""Parses a request, given the parameters of its path, calls the account and returns a value."""

_LARGEST_FORM = 64 * 1024
_MEDIA = ("", "wav", "mp3")


class Resource:
    """Calls the handler of a request's method and leaves its answer in the exchange.

    Args:
        path: below the account and without an extension, such as `Recordings` or `Recordings/{sid}`.
        media: what is fetched without an extension, or with that of sound, where there is such a thing.
        parents: what `parents` stands for in the names of the handlers, which are those of their operations.
        handlers: by method.
    """

    def __init__(self, path: str, *, media: Handler | None = None, parents: str = "", **handlers: Handler) -> None:
        def named(handler: Handler) -> tuple[Operation, Handler]:
            return Operation(handler.__name__.replace("parents", parents)), handler

        self.path = f"/{API_VERSION}/Accounts/{{account_sid}}{path and '/'}{path}"
        self.operations = {method: named(handler) for method, handler in handlers.items()}
        self.media = None if media is None else named(media)
        self._allowed = ", ".join([*handlers, "OPTIONS"])

    def routes(self) -> Iterator[Route]:
        """Yield the routes that lead here, with and without an extension."""
        yield Route(self.path, self)
        if not self.path.endswith("}"):  # a parameter at the end takes the extension along
            yield Route(f"{self.path}.{{extension}}", self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange: Exchange = scope["recmock"]
        asked = extension(exchange.path)
        method = "GET" if exchange.method == "HEAD" else exchange.method
        is_media = self.media is not None and method == "GET" and asked in _MEDIA
        found = self.media if is_media else self.operations.get(method)
        if asked not in ("", exchange.representation) and not is_media:
            known = ", ".join(f".{form}" for form in Representation)
            raise TwilioError(20404, f"Expected one of {known}, found {f'.{asked}'[:40]!r}.")
        if found is None:
            raise TwilioError(
                20004,
                f"Expected {self._allowed} here, found {exchange.method[:20]!r}.",
                headers=((b"allow", self._allowed.encode()),),
            )
        operation, handler = found
        if method == "POST":
            exchange.body = await body_of(receive, _LARGEST_FORM)
            exchange.form = Query(exchange.body)
        await undergo(exchange, operation, receive)
        path = {name: value.removesuffix(f".{asked}") for name, value in scope["path_params"].items()}
        exchange.answer = render(handler(exchange, path), exchange)
