"""An endpoint of the API: a path, and the operation of each method on it."""

from collections.abc import Callable, Mapping

from starlette.types import Receive, Scope, Send

from generators.model import API_VERSION
from mockserver.errors import TwilioError
from mockserver.exchange import Exchange
from mockserver.rendering import Result, render

Operation = Callable[[Exchange, Mapping[str, str]], Result]
"""Parses a request, given the parameters of its path, calls the account and returns a value."""


class Resource:
    """Calls the operation of a request's method and leaves its answer in the exchange.

    Args:
        path: below the account, such as `Recordings.json`.
        operations: by method.
    """

    def __init__(self, path: str, **operations: Operation) -> None:
        self.path = f"/{API_VERSION}/Accounts/{{account_sid}}/{path}"
        self.operations = operations
        self._allowed = ", ".join([*operations, "OPTIONS"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange: Exchange = scope["recmock"]
        method = "GET" if exchange.method == "HEAD" else exchange.method
        operation = self.operations.get(method)
        if operation is None:
            raise TwilioError(
                20004,
                f"Expected {self._allowed} here, found {exchange.method[:20]!r}.",
                headers=((b"allow", self._allowed.encode()),),
            )
        exchange.answer = render(operation(exchange, scope["path_params"]), exchange)
