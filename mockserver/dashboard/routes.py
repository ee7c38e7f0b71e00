"""The routes of the page, and of `/`, which leads a browser there."""

from collections.abc import Callable, Mapping

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mockserver import __version__
from mockserver.control.endpoints.access import refuse_foreign_sites, requires_token
from mockserver.dashboard.files import PageFile, list_first_modules, read_file, read_page
from mockserver.rest.byte_ranges import is_not_modified
from mockserver.rest.errors import TwilioError
from mockserver.rest.headers import Header
from mockserver.rest.methods import READING_METHODS
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response

PAGE_PATH = "/_mock/"
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self'; img-src 'self'; "
    b"worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'; trusted-types recmock"
)
_FILE_HEADERS = (
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-cache"),
)
_ISOLATION = (b"cross-origin-opener-policy", b"same-origin")
"""Browsers complain of this header where they ignore it, which is at plain HTTP beyond this machine."""

_Handler = Callable[[Exchange, Mapping[str, str]], Response]


class PageRoute:
    """Answers GET and HEAD with the response of a function."""

    def __init__(self, respond: _Handler) -> None:
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        exchange: Exchange = scope["recmock"]
        if exchange.method not in READING_METHODS:
            if exchange.path == "/":
                raise TwilioError(20404, "Only GET and HEAD are answered at /.")
            allowed = ", ".join(READING_METHODS)
            raise TwilioError(
                20004,
                f"Expected {allowed} here, found {exchange.method[:20]!r}.",
                headers=((b"allow", allowed.encode()),),
            )
        exchange.response = self._respond(exchange, scope["path_params"])


def lead_to_page(exchange: Exchange, _: Mapping[str, str]) -> Response:
    """Redirect a browser to the page, and tell every other client that the server is ready."""
    if exchange.is_proxied:
        raise TwilioError(20404, "Not emulated.")  # this is api.twilio.com for the client
    accept = exchange.headers.get(b"accept", b"")
    if exchange.headers.get(b"sec-fetch-mode") == b"navigate" or b"text/html" in accept:
        return _redirect_to_page()
    text = f"recmock {__version__}. The dashboard is at {exchange.base_url}{PAGE_PATH}\n"
    return Response(200, text.encode(), b"text/plain; charset=utf-8")


def redirect_to_page(exchange: Exchange, _: Mapping[str, str]) -> Response:
    return _redirect_to_page()


def show_page(exchange: Exchange, _: Mapping[str, str]) -> Response:
    """Return the page without data, so that a link on any other page may open it."""
    headers = exchange.headers
    is_navigation = headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(b"sec-fetch-dest") == b"document"
    if not is_navigation:
        refuse_foreign_sites(exchange)
    page = read_page(not requires_token(exchange))
    # A browser that finds the modules one by one, in the modules that import them, would ask four times in turn.
    links = ", ".join(f"<ui/{name}>; rel=modulepreload" for name in list_first_modules())
    policy = _POLICY.replace(b"style-src 'self'", b"style-src 'self' " + page.style_source)
    return _send(exchange, page, policy).with_headers((b"link", links.encode()))


def show_file(exchange: Exchange, path: Mapping[str, str]) -> Response:
    refuse_foreign_sites(exchange)
    name = path["name"]
    file = read_file(name)
    if file is None:
        raise TwilioError(20404, f"The dashboard has no file {name[:60]!r}.")
    return _send(exchange, file, _POLICY)


def _redirect_to_page() -> Response:
    return Response(302, headers=((b"location", PAGE_PATH.encode()), (b"vary", b"Accept, Sec-Fetch-Mode")))


def _send(exchange: Exchange, file: PageFile, policy: bytes) -> Response:
    headers: tuple[Header, ...] = ((b"content-security-policy", policy), *_FILE_HEADERS, (b"etag", file.etag))
    if exchange.mock.control_token is None or exchange.base_url.startswith("https:"):
        headers = (*headers, _ISOLATION)
    if is_not_modified(exchange.headers, file.etag.decode()):
        return Response(304, headers=headers)
    return Response(200, file.body, file.media_type, headers)


DASHBOARD_ROUTES = (
    Route("/", PageRoute(lead_to_page)),
    Route("/_mock", PageRoute(redirect_to_page)),
    Route(PAGE_PATH, PageRoute(show_page)),
    Route(f"{PAGE_PATH}ui/{{name}}", PageRoute(show_file)),
)
