"""Servers in threads of this process that share a store, as the processes of users do."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import requests
from starlette.types import Receive, Scope, Send

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.server.workers.membership import Membership
from mockserver.server.workers.shared_application import SharedApplication
from mockserver.settings.settings import Settings
from mockserver.settings.store_url import StoreUrl
from scenarios.model import Scenario
from tests.harness import make_settings


class SharedServer:
    """A server that leads, or passes its requests to the server that does.

    Args:
        store: the store.
        control_token: what its control API requires.
        settings: further settings by name.
    """

    def __init__(self, store: StoreUrl, control_token: str | None = None, **settings: Any) -> None:
        self.mock = Mock(make_settings(store=store, **settings), control_token=control_token)
        self._server = BackgroundServer(self)
        self.membership = Membership(self.mock, self._make_mock, self._server.address, "secret")
        self._is_stopped = False
        self.session = requests.Session()
        self.session.auth = (self.mock.demo.sid, self.mock.demo.token)
        self.account_url = f"{self._server.base_url}/2010-04-01/Accounts/{self.mock.demo.sid}"
        self.control_url = f"{self._server.base_url}/_mock"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.application(scope, receive, send)

    def _make_mock(self, settings: Settings, scenario: Scenario | None) -> Mock:
        return Mock(settings, scenario=scenario, control_token=self.mock.control_token)

    def start(self) -> None:
        """Start the server.

        Raises:
            StoreError: if the store cannot be used, or was begun with other settings.
        """
        try:
            self.membership.start()
        except BaseException:
            self._server.discard()
            raise
        self.serve()

    def serve(self) -> None:
        """Serve, as a process that has started."""
        self.application = SharedApplication(self.membership, create_app, lambda mock: nullcontext())
        self._server.__enter__()

    def stop(self) -> None:
        """Stop the server, so that another one leads."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self.session.close()
        self._server.__exit__(None, None, None)
        self.application.close()

    def get(self, path: str, **options: Any) -> requests.Response:
        """Return the response to a request for a path below the account."""
        return self.session.get(self.account_url + path, timeout=10, **options)

    def post(self, path: str, **form: str) -> requests.Response:
        """Send a form to a path below the account."""
        return self.session.post(self.account_url + path, form, timeout=10)

    def control(self, method: str, path: str, command: Any = None, **headers: str) -> Any:
        """Return the JSON of a response of the control API."""
        url = f"{self.control_url}/accounts/{self.mock.demo.sid}{path}"
        return requests.request(method, url, json=command, headers=headers, timeout=10).json()

    def change(self, method: str, path: str, command: Any) -> Any:
        """Return the JSON of a successful change by the control API."""
        answer = self.control(method, path, command)
        assert "more_info" not in answer, answer
        return answer

    def fetch_health(self) -> dict[str, Any]:
        """Return the health of the server."""
        health: dict[str, Any] = self.session.get(f"{self.control_url}/health", timeout=10).json()
        return health


@contextmanager
def run_shared(store: StoreUrl, *settings: dict[str, Any]) -> Iterator[list[SharedServer]]:
    """Run servers that share a store. The first one leads. A test may stop some of them."""
    with ExitStack() as stack:
        servers = []
        for own in settings:
            server = SharedServer(store, **own)
            server.start()
            stack.callback(server.stop)
            servers.append(server)
        yield servers
