"""The handles of tests: a server, and an account on it.

    with MockTwilio(scenario="late-webhook") as mock:
        recordings = mock.client().recordings.list(limit=20)

A `MockServer` has any number of independent accounts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection, ControlError
from mockserver.testing.defaults import AnyScenario, build_settings, load_scenario

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from twilio.rest import Client

    from mockserver.control.client.sessions import Sessions
    from mockserver.mock import Mock
    from mockserver.testing.sink import Sink


class MockServer:
    """A server in its own thread, or a running one elsewhere. As a context manager it serves until the end.

    Args:
        scenario: the scenario of every account: a bundled one's name, a file, or the scenario itself.
        url: the URL of a running server, instead of starting one.
        token: the token of its control API.
        settings: settings of `recmock serve` by name, such as `count=10`, `clock="60x"`; the defaults are those of
            tests. For a running server, give its `seed` if it has one.

    Raises:
        SettingsError: if a setting is invalid.
    """

    def __init__(
        self,
        *,
        scenario: AnyScenario | None = None,
        url: str | None = None,
        token: str | None = None,
        **settings: Any,
    ) -> None:
        self.settings = build_settings(settings)
        self.is_elsewhere = url is not None
        self.connection = ControlConnection(url, token)
        """The connection to the control API."""
        self._scenario = scenario
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if not self.is_elsewhere:
            self.connection.server_url = self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.connection.close()
        if "sessions" in vars(self):
            vars(self).pop("sessions").close()  # the next run uses another port
        self._stack.close()
        if not self.is_elsewhere:
            self.connection.server_url = None
            vars(self).pop("app", None)  # the next run starts from the first state
            vars(self).pop("_mock", None)

    @property
    def base_url(self) -> str:
        """The base URL, such as `http://127.0.0.1:4010`.

        Raises:
            ControlError: if the server does not run.
        """
        return self.connection.url

    @cached_property
    def app(self) -> "Starlette":
        """The ASGI application, for httpx and similar clients in this process, without `with`."""
        from mockserver.app import create_app

        return create_app(self._mock)

    @cached_property
    def _mock(self) -> "Mock":
        from mockserver.mock import Mock

        return Mock(self.settings, scenario=load_scenario(self._scenario))

    @cached_property
    def sessions(self) -> "Sessions":
        """Creates sessions of `requests` that share connections."""
        from mockserver.control.client.sessions import Sessions

        return Sessions(self.base_url)

    def account(self, account_sid: str | None = None) -> "MockTwilio":
        """Return an account of this server. Each AccountSid has its own recordings and state.

        Args:
            account_sid: the account; if left out, the demo account that `recmock serve` would print.
        """
        return MockTwilio(server=self, account_sid=account_sid)

    def _start(self) -> str:
        from mockserver.proxy.proxy import Proxy
        from mockserver.server.listener import BackgroundServer

        server = BackgroundServer(self.app, proxy=Proxy.from_settings(self.settings))
        self._mock.serve_at(server.address)
        return self._stack.enter_context(server).base_url


class MockTwilio(AccountClient):
    """An account: SDK clients for it, and everything that a test can change.

    As a context manager, `async` too, it runs its own server and is that server's demo account.

    Args:
        server: a running server, which keeps its own scenario and settings.
        account_sid: the account; the server's demo account if left out.
        scenario: a bundled scenario's name, a file, or the scenario itself.
        settings: settings of `recmock serve` by name, such as `count=10`, `clock="60x"`.

    Raises:
        SettingsError: if a setting is invalid.
    """

    def __init__(
        self,
        *,
        server: MockServer | None = None,
        account_sid: str | None = None,
        scenario: AnyScenario | None = None,
        **settings: Any,
    ) -> None:
        if server is not None and (settings or scenario is not None):
            raise TypeError("expected a server, or a scenario and settings for a new one, found both")
        self._owns_server = server is None
        self.server = MockServer(scenario=scenario, **settings) if server is None else server
        self.account_sid = account_sid or derive_demo_account_sid(self.server.settings.seed)
        super().__init__(self.server.connection, self.account_sid)

    def __enter__(self) -> Self:
        if self._owns_server:
            self.server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if "sink" in vars(self):
            if not self._owns_server:
                with suppress(ControlError):  # a server that has stopped sends nothing
                    self.clock.freeze()  # pending callbacks must not reach another test's sink on the same port
            vars(self).pop("sink").__exit__(None, None, None)
        if self._owns_server:
            self.server.__exit__(kind, raised, traceback)

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, raised, traceback)

    @property
    def base_url(self) -> str:
        """The base URL, such as `http://127.0.0.1:4010`."""
        return self.server.base_url

    @cached_property
    def auth_token(self) -> str:
        """The account's auth token, which signs its callbacks."""
        if self.server.is_elsewhere:
            return self.state().auth_token
        settings = self.server.settings
        declared = (each.token for each in settings.account if each.sid.lower() == self.account_sid.lower())
        return next(declared, None) or derive_auth_token(settings.seed, self.account_sid)

    @property
    def auth(self) -> tuple[str, str]:
        """AccountSid and token, as HTTP clients take them."""
        return self.account_sid, self.auth_token

    @property
    def url(self) -> str:
        """The URL of the account. Its resources are below: `f"{mock.url}/Recordings.json"`."""
        return f"{self.base_url}/2010-04-01/Accounts/{self.account_sid}"

    def client(self) -> "Client":
        """Return a `twilio.rest.Client` of this account. It needs `pip install twilio`."""
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        http = TwilioHttpClient(pool_connections=False)
        http.session = self.server.sessions.create()
        return self._point_at_mock(Client(*self.auth, http_client=http))

    @asynccontextmanager
    async def async_client(self) -> "AsyncIterator[Client]":
        """Yield a `twilio.rest.Client` whose `..._async` methods can be awaited, and close its session at the end.

        Use it so: `async with mock.async_client() as client: await client.recordings.list_async(limit=20)`.
        """
        from twilio.http.async_http_client import AsyncTwilioHttpClient
        from twilio.rest import Client

        async with AsyncTwilioHttpClient() as http:
            yield self._point_at_mock(Client(*self.auth, http_client=http))

    @cached_property
    def sink(self) -> "Sink":
        """A callback receiver that checks signatures and can be scripted to fail. It starts with its first use."""
        from mockserver.testing.sink import Sink

        return Sink(self.auth_token).__enter__()

    def _point_at_mock(self, client: "Client") -> "Client":
        client.api.base_url = self.base_url
        return client
