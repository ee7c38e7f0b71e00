"""The handles that tests hold: `MockServer` for a server, `MockTwilio` for one account of a server.

    with MockTwilio(scenario="late-webhook") as mock:
        recordings = mock.client().recordings.list(limit=20)

A `MockServer` has any number of accounts. They are independent of each other.
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
from mockserver.settings.parsing import complete_server_url
from mockserver.testing.defaults import build_settings

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from twilio.rest import Client

    from mockserver.control.client.sessions import Sessions
    from mockserver.mock import Mock
    from mockserver.proxy.proxy import Proxy
    from mockserver.testing.sink import Sink
    from scenarios.loading.scenario_input import AnyScenario
    from scenarios.model import Scenario


class MockServer:
    """A server in a thread of this process, or an external server. Use it as a context manager.

    Args:
        scenario: the scenario of every account: the name of a bundled scenario, a file, plain values or a `Scenario`.
        url: the URL of an external server that already runs. Without it, this process serves.
        token: the control token of the external server.
        settings: settings of `recmock serve` by name, such as `count=10` or `clock="60x"`. The defaults are those of
            tests. For an external server only `seed` matters, and it must be the seed of that server.

    Raises:
        SettingsError: if a setting is unknown or invalid.
    """

    def __init__(
        self,
        *,
        scenario: "AnyScenario | None" = None,
        url: str | None = None,
        token: str | None = None,
        **settings: Any,
    ) -> None:
        self.settings = build_settings(settings)
        self.is_external = url is not None
        self.connection = ControlConnection(None if url is None else complete_server_url(url), token)
        """The connection to the control API of the server."""
        self._scenario = scenario
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if not self.is_external:
            self.connection.server_url = self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.connection.close()
        if "sessions" in vars(self):
            vars(self).pop("sessions").close()  # the sessions know the port, and the next run has another
        self._stack.close()
        if not self.is_external:
            self.connection.server_url = None
            vars(self).pop("app", None)  # the next run starts without the state of this one
            vars(self).pop("_mock", None)
            vars(self).pop("proxy", None)

    @property
    def base_url(self) -> str:
        """The URL of the server, such as `http://127.0.0.1:4010`.

        Raises:
            ControlError: if the server does not run.
        """
        return self.connection.url

    @cached_property
    def app(self) -> "Starlette":
        """The ASGI application, for httpx and similar clients in this process. It needs no `with`."""
        from mockserver.app import create_app

        return create_app(self._mock)

    @cached_property
    def _mock(self) -> "Mock":
        from mockserver.mock import Mock

        return Mock(self.settings, scenario=None if self._scenario is None else self._load_scenario(self._scenario))

    @staticmethod
    def _load_scenario(scenario: "AnyScenario") -> "Scenario":
        from scenarios.loading.scenario_input import load_any_scenario  # slow to import, and many tests need none

        return load_any_scenario(scenario)

    @cached_property
    def sessions(self) -> "Sessions":
        """A factory of `requests` sessions, which share its connections."""
        from mockserver.control.client.sessions import Sessions

        return Sessions(self.base_url)

    def account(self, account_sid: str | None = None) -> "MockTwilio":
        """Return a handle of an account of this server.

        Args:
            account_sid: any AccountSid. The default is the demo account, which `recmock serve` prints.
        """
        return MockTwilio(server=self, account_sid=account_sid)

    @cached_property
    def proxy(self) -> "Proxy":
        """The proxy of a server in this process, and its CA, whose folder does not follow a test that changes HOME."""
        from mockserver.proxy.proxy import Proxy

        return Proxy.from_settings(self.settings)

    def _start(self) -> str:
        from mockserver.server.listener import BackgroundServer

        server = BackgroundServer(self.app, proxy=self.proxy)
        self._mock.set_address(server.address)
        return self._stack.enter_context(server).base_url


class MockTwilio(AccountClient):
    """An account: makes SDK clients for it, and changes and inspects its state.

    As a context manager, also with `async with`, it runs a new server and is the demo account of that server.

    Args:
        server: a server that already runs. Without it, the context manager starts one.
        account_sid: the account. The default is the demo account of the server.
        scenario: the scenario of a new server: the name of a bundled scenario, a file, plain values or a `Scenario`.
        settings: settings of a new server, as flags of `recmock serve`, such as `count=10` or `clock="60x"`.

    Raises:
        SettingsError: if a setting is unknown or invalid.
    """

    def __init__(
        self,
        *,
        server: MockServer | None = None,
        account_sid: str | None = None,
        scenario: "AnyScenario | None" = None,
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
                with suppress(ControlError):  # a server that has stopped sends no more callbacks
                    self.clock.freeze()  # a later callback could reach the sink of another test at the same port
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
        """The URL of the server, such as `http://127.0.0.1:4010`."""
        return self.server.base_url

    @cached_property
    def auth_token(self) -> str:
        """The auth token of the account, which signs its callbacks."""
        if self.server.is_external:
            return self.state().auth_token
        settings, sid = self.server.settings, self.account_sid
        declared = (account.token for account in settings.account if account.sid.lower() == sid.lower())
        return next(declared, None) or derive_auth_token(settings.seed, sid)

    @property
    def auth(self) -> tuple[str, str]:
        """AccountSid and auth token, as HTTP clients expect them."""
        return self.account_sid, self.auth_token

    @property
    def url(self) -> str:
        """The URL of the account. Resources are below it: `f"{mock.url}/Recordings.json"`."""
        return f"{self.base_url}/2010-04-01/Accounts/{self.account_sid}"

    def client(self) -> "Client":
        """Return a `twilio.rest.Client` of this account. Run `pip install twilio` first."""
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        http = TwilioHttpClient(pool_connections=False)
        http.session = self.server.sessions.create()
        return self._point_at_server(Client(*self.auth, http_client=http))

    @asynccontextmanager
    async def async_client(self) -> "AsyncIterator[Client]":
        """Yield a `twilio.rest.Client` for its `..._async` methods, and close its session at the end.

        For example: `async with mock.async_client() as client: await client.recordings.list_async(limit=20)`.
        """
        from twilio.http.async_http_client import AsyncTwilioHttpClient
        from twilio.rest import Client

        async with AsyncTwilioHttpClient() as http:
            yield self._point_at_server(Client(*self.auth, http_client=http))

    @cached_property
    def sink(self) -> "Sink":
        """A receiver of callbacks that checks their signatures. It starts when a test first uses it."""
        from mockserver.testing.sink import Sink

        return Sink(self.auth_token).__enter__()

    def _point_at_server(self, client: "Client") -> "Client":
        client.api.base_url = self.base_url
        return client
