"""A request and its response, between the gateway and a route."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.account.account import Account
from mockserver.journal.journal import pack_headers
from mockserver.mock import Mock
from mockserver.rest.errors import TwilioError
from mockserver.rest.headers import Header, build_warning_header
from mockserver.rest.parameters import Parameters
from mockserver.rest.representations.representation import Representation
from mockserver.rest.representations.wires import Wire
from mockserver.server.response import Response
from scenarios.operations import Operation

if TYPE_CHECKING:
    from mockserver.account.fault_rules import MatchedFault
    from mockserver.account.requests_in_progress import RequestInProgress

PROXIED_KEY = "recmock.proxied"
"""The key in the state of the ASGI scope that is True for requests through the proxy."""
WORKER_KEY = "recmock.worker"
"""The key in the state of the ASGI scope with the `AnsweringWorker` that has the client's connection, if it is not this
process."""
_EMPTY_FORM = Parameters(b"")
_MAX_SHOWN_ORIGIN = 80
_MAX_PAGE_DIGITS = 18
"""The longest number that is read from a query."""


class AnsweringWorker(NamedTuple):
    """A process that passed a request to this one."""

    name: str
    control_token: str | None
    """What its control API requires."""


class Exchange:
    """An authenticated request; its route stores the response here.

    The gateway puts the exchange into the ASGI scope under `recmock`, and sends the response that it finds there
    afterwards. So one place writes all responses.
    """

    __slots__ = (
        *("_account", "_packed_headers", "_parameters", "_server", "_state", "all_headers", "base_url", "body"),
        *("form", "headers", "in_progress", "method", "mock"),
        *("operation", "path", "query_string", "representation", "response", "matched_fault", "warnings", "wire"),
    )

    def __init__(
        self,
        mock: Mock,
        scope: Mapping[str, Any],
        headers: Mapping[bytes, bytes],
        representation: Representation,
        wire: Wire,
        base_url: str,
    ) -> None:
        self.mock = mock
        # The scope itself holds this exchange: a reference back would leave garbage that only the collector finds.
        self._server: tuple[str, int] | None = scope.get("server")
        self._state: Mapping[str, Any] = scope.get("state", {})
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query_string: bytes = scope["query_string"]
        self.headers = headers
        self.all_headers: Sequence[Header] = scope["headers"]
        self.representation = representation
        self.wire = wire
        self.base_url = base_url
        self.body = b""
        self.warnings: list[str] = []
        """Sentences about what the operation ignored, besides parameters."""
        self.form = _EMPTY_FORM
        self.operation: Operation | None = None
        self.matched_fault: MatchedFault | None = None
        self.in_progress: RequestInProgress | None = None
        """The request in the count of those in progress, if its account has rate limits."""
        self.response: Response | None = None
        self._account: Account | None = None
        self._parameters: Parameters | None = None
        self._packed_headers: bytes | None = None

    def without_connection(self) -> "Exchange":
        """Return a copy for later requests with the same head, which keeps neither the account nor the connection."""
        other = copy(self)
        other._packed_headers = self.packed_headers
        other._account = other._parameters = None
        other._state, other.headers, other.all_headers = {}, {}, ()
        return other

    @property
    def packed_headers(self) -> bytes:
        """All headers as the journal keeps them."""
        return pack_headers(self.all_headers) if self._packed_headers is None else self._packed_headers

    def set_account(self, account: Account) -> None:
        """Set the account of the request. The request is logged in this account's journal."""
        self._account = account

    def refresh_account(self) -> None:
        """Use the account that the AccountSid has now. Call this after every wait of an operation.

        While a request waits for its body or for a delay, a reset replaces its account, and other requests may evict
        it. A change of the old one would be lost.
        """
        self._account = self.mock.account(self.account.sid)
        self._account.run_due()

    @property
    def account_or_none(self) -> Account | None:
        """The account that the path names, even if the client may not use it; None if the path names none."""
        return self._account

    @property
    def account(self) -> Account:
        """The account that the path names."""
        assert self._account is not None, f"{self.path} names no account"
        return self._account

    def build_warning_headers(self) -> tuple[Header, ...]:
        """Return an `X-Mock-Warning` for everything that the operation ignored."""
        if not (self.query_string or self.has_body or self.warnings):  # almost always
            return ()
        if self.operation is None:  # what the control API ignores, it refuses
            return tuple(map(build_warning_header, self.warnings))
        form = self.form if self.method == "POST" else None
        sentences = [*_load_describer()(self.operation, self.parameters, form), *self.warnings]
        if form is None and self.has_body:
            sentences.append(f"The body was ignored: a {self.method} has its parameters in the query.")
        return tuple(map(build_warning_header, sentences))

    @property
    def has_body(self) -> bool:
        """True if the headers announce a body."""
        return self.headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in self.headers

    @property
    def is_proxied(self) -> bool:
        """True if the request came through the proxy."""
        return bool(self._state.get(PROXIED_KEY))

    @property
    def worker(self) -> AnsweringWorker | None:
        """The process that passed the request to this one; None if the client is connected to this one."""
        return self._state.get(WORKER_KEY)

    @property
    def control_token(self) -> str | None:
        """The token that the control API requires where the client is connected."""
        worker = self.worker
        return self.mock.control_token if worker is None else worker.control_token

    @property
    def server_host(self) -> str:
        """The address at which the server received the request; empty if unknown."""
        return "" if self._server is None else self._server[0]

    def refuses_urls(self, name: str) -> bool:
        """Return True, and add a warning, if the client must not choose URLs that the mock requests.

        A web page elsewhere could use the mock as a proxy into this machine's network.

        Args:
            name: the name of the parameter or field with the URLs, for the warning.
        """
        shown = self._find_foreign_origin()
        if shown is None:
            return False
        self.warnings.append(
            f"{name} was accepted, and will not be called: the request comes from a page of {shown!r}. Only pages of "
            "this machine, and of --public-url, may make the mock request a URL."
        )
        return True

    def require_trusted_origin(self, names: Iterable[str]) -> None:
        """Refuse URLs in the form of a web page elsewhere: it could have a local service read aloud to it.

        Args:
            names: the fields with URLs.

        Raises:
            TwilioError: 20001 if the form has one of the fields, and the request comes from such a page.
        """
        shown = self._find_foreign_origin()
        found = [] if shown is None else [name for name in names if self.form.get_text(name) is not None]
        if found:
            raise TwilioError(
                20001,
                f"{', '.join(found)}: refused, because the request comes from a page of {shown!r}. Only pages of this "
                "machine, and of --public-url, may make the mock request a URL.",
                message=f"Invalid {found[0]}",
            )

    def _find_foreign_origin(self) -> str | None:
        """Return the origin of the web page that sent the request, or None if it may choose URLs."""
        origin = self.headers.get(b"origin")
        if origin is None:
            return None
        from mockserver.rest.hosts import is_origin_trusted  # only browsers send an origin

        if is_origin_trusted(origin, self.mock.settings.public_url, self.server_host):
            return None
        return origin[:_MAX_SHOWN_ORIGIN].decode("latin-1")

    @property
    def page_number(self) -> int:
        """The requested page of a list, from 0."""
        text = self.parameters.get_text("Page") or "0"
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_PAGE_DIGITS else 0

    @property
    def parameters(self) -> Parameters:
        """The parameters of the query string, parsed when first used."""
        if self._parameters is None:
            self._parameters = Parameters(self.query_string)
        return self._parameters


@cache
def _load_describer() -> Callable[[Operation, Parameters, Parameters | None], list[str]]:
    """Return the function, imported for the first parameters. A reached import statement costs 2 us."""
    from mockserver.rest.ignored_parameters import describe_ignored

    return describe_ignored


class FaultTriggered(Exception):
    """Raised if a fault rule replaces the response."""

    def __init__(self, matched_fault: "MatchedFault") -> None:
        super().__init__(f"rule {matched_fault.rule_number}")
        self.matched_fault = matched_fault
