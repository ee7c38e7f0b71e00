"""A path of the API, and the operation of each method."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from generators.model import API_VERSION
from mockserver.account.resources.listing import Page
from mockserver.rest.errors import TwilioError
from mockserver.rest.headers import Header
from mockserver.rest.parameters import Parameters
from mockserver.rest.representations.representation import Representation, get_extension
from mockserver.server.exchange import Exchange
from mockserver.server.rendering import render
from mockserver.server.request_body import read_body
from mockserver.server.request_rules import apply_rules, start_operation
from mockserver.server.results import Result
from scenarios.operations import Operation

if TYPE_CHECKING:
    from mockserver.rest.form_body import FormBody

PathParams = Mapping[str, str]
"""The parameters of a path."""
RouteHandler = Callable[[Exchange, PathParams], Result]
"""Parses a request with its path parameters, calls the account and returns a value."""

_ACCOUNT_ROOT = f"/{API_VERSION}/Accounts/{{account_sid}}"
_MAX_FORM_BYTES = 64 * 1024
_MEDIA_EXTENSIONS = ("", "wav", "mp3")
_EMPTY_PAGE = (
    "The search found nothing so far, and next_page_uri continues it. Some SDKs (twilio-java) stop at an empty page. "
    "A larger PageSize searches further at once."
)


class ResourceRoute:
    """Calls the handler for a request's method, and stores its response in the exchange.

    Args:
        path: the path below the root, without an extension, such as `Recordings` or `Recordings/{sid}`.
        root: the account, or the version of the API.
        media_handler: the handler for no extension, `.wav` and `.mp3`, if the resource has media.
        representations: the representations that the resource has.
        parent_type: the word that replaces `nested` in the names of the handlers, which are those of their operations.
        not_emulated: the methods that Twilio has here and the mock does not.
        handlers: the handlers by method.
    """

    def __init__(
        self,
        path: str,
        *,
        root: str = _ACCOUNT_ROOT,
        media_handler: RouteHandler | None = None,
        representations: tuple[Representation, ...] = tuple(Representation),
        parent_type: str = "",
        not_emulated: Sequence[str] = (),
        **handlers: RouteHandler,
    ) -> None:
        def name_operation(handler: RouteHandler) -> tuple[Operation, RouteHandler]:
            return Operation(handler.__name__.replace("nested", parent_type)), handler

        self.path = f"{root}{path and '/'}{path}"
        self.parameters = tuple(re.findall(r"{(\w+)}", self.path))
        self.not_emulated = not_emulated
        self.operations_by_method = {method: name_operation(handler) for method, handler in handlers.items()}
        self.media_operation = None if media_handler is None else name_operation(media_handler)
        self._extensions: tuple[str, ...] = ("", *representations)
        self._allowed_methods = ", ".join([*handlers, "OPTIONS"])
        self._last_parameter = self.parameters[-1] if self.path.endswith("}") else None

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        exchange: Exchange = scope["recmock"]
        extension = get_extension(exchange.path)
        method = "GET" if exchange.method == "HEAD" else exchange.method
        is_media = self.media_operation is not None and method == "GET" and extension in _MEDIA_EXTENSIONS
        found = self.media_operation if is_media else self.operations_by_method.get(method)
        if extension not in self._extensions and not is_media:
            media = () if self.media_operation is None or method != "GET" else _MEDIA_EXTENSIONS
            known = ", ".join(
                f".{known_extension}" for known_extension in (*self._extensions, *media) if known_extension
            )
            raise TwilioError(20404, f"Expected one of {known} here, found {f'.{extension}'!r}.")
        if found is None and method in self.not_emulated:
            raise TwilioError(
                20404, f"Not emulated: Twilio answers {method} here. This mock answers {self._allowed_methods}."
            )
        if found is None:
            raise TwilioError(
                20004,
                f"Expected {self._allowed_methods} here, found {exchange.method[:20]!r}.",
                headers=((b"allow", self._allowed_methods.encode()),),
            )
        operation, handler = found
        if method == "POST":
            await _read_form(exchange, receive)
        if start_operation(exchange, operation):  # a coroutine for every request would take 1 us
            await apply_rules(exchange, operation, receive)
        path: dict[str, str] = scope["path_params"]
        if extension and self._last_parameter is not None:
            path[self._last_parameter] = path[self._last_parameter].removesuffix(f".{extension}")
        try:
            exchange.response = render(handler(exchange, path), exchange)
        except TwilioError as error:  # an ignored body may be the cause
            error.reason = " ".join((error.reason, *exchange.warnings))
            raise


async def _read_form(exchange: Exchange, receive: Receive) -> None:
    try:
        exchange.body = await read_body(receive, _MAX_FORM_BYTES)
    finally:
        exchange.refresh_account()
    form = _load_form_reader()(exchange.body, exchange.all_headers)
    exchange.warnings += form.warnings
    exchange.form = Parameters(form.encoded)


@cache
def _load_form_reader() -> "Callable[[bytes, Sequence[Header]], FormBody]":
    """Return the reader, imported for the first form. An import statement costs 2 us each time it is reached."""
    from mockserver.rest.form_body import read_form

    return read_form


def warn_of_empty_page(exchange: Exchange, page: Page) -> None:
    """Add a warning if a page is empty although its list goes on: not every SDK reads on (WIRE §2.1)."""
    if not page.indices and page.tokens.next is not None:
        exchange.warnings.append(_EMPTY_PAGE)
