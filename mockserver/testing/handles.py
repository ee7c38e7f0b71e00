"""What tests hold: a server of their own, and an account on it.

    with MockTwilio(scenario="late-webhook") as mock:
        recordings = mock.client().recordings.list(limit=20)

`MockServer` has any number of accounts, each a world of its own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from generators.seeds import auth_token, demo_account_sid
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlError, Line
from mockserver.testing.defaults import AnyScenario, scenario_of, build_settings

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from twilio.rest import Client

    from mockserver.control.client.sessions import Sessions
    from mockserver.mock import Mock
    from mockserver.testing.sink import Sink


class MockServer:
    """A server in a thread of its own, or one elsewhere; as a context manager it runs until the end.

    Args:
        scenario: what is played in every account: a bundled one's name, a file, or the scenario itself.
        url: a server elsewhere, instead of one of our own.
        token: what its control API asks for.
        settings: those of `recmock serve` by name, such as `count=10`, `clock="60x"`; those of tests where they are
            left out. Of a server elsewhere `seed` has to be known, if it has one.

    Raises:
        SettingsError: for a setting that cannot be.
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
        self.is_external = url is not None
        self.connection = Line(url, token)
        """The line to its control API."""
        self._scenario = scenario
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if not self.is_external:
            self.connection.url = self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.connection.close()
        if "sessions" in vars(self):
            vars(self).pop("sessions").close()  # its next run is at another port
        self._stack.close()
        if not self.is_external:
            self.connection.url = None
            vars(self).pop("app", None)  # its next run begins anew
            vars(self).pop("_mock", None)

    @property
    def base_url(self) -> str:
        """The URL that requests start with, such as `http://127.0.0.1:4010`.

        Raises:
            ControlError: where the server does not run.
        """
        return self.connection.where

    @cached_property
    def app(self) -> "Starlette":
        """The ASGI application, for httpx and the like in this process, without `with`."""
        from mockserver.app import create_app

        return create_app(self._mock)

    @cached_property
    def _mock(self) -> "Mock":
        from mockserver.mock import Mock

        return Mock(self.settings, scenario=scenario_of(self._scenario))

    @cached_property
    def sessions(self) -> "Sessions":
        """Makes sessions of `requests`, to share its connections."""
        from mockserver.control.client.sessions import Sessions

        return Sessions(self.base_url)

    def account(self, account_sid: str | None = None) -> "MockTwilio":
        """Return an account of this server; a fresh AccountSid is a fresh world.

        Args:
            account_sid: which; the one that `recmock serve` would print where it is left out.
        """
        return MockTwilio(server=self, account_sid=account_sid)

    def _start(self) -> str:
        from mockserver.proxy.proxy import Proxy
        from mockserver.server.listener import BackgroundServer

        server = BackgroundServer(self.app, proxy=Proxy.of(self.settings))
        self._mock.serve_at(server.address)
        return self._stack.enter_context(server).base_url


class MockTwilio(AccountClient):
    """An account: SDK clients of it, and all that a test can do to it.

    As a context manager, `async` too, it runs a server of its own and is that server's demo account.

    Args:
        server: a server that runs already, instead of one of its own: scenario and settings are its own then.
        account_sid: which account; the server's demo account where it is left out.
        scenario: what is played: a bundled one's name, a file, or the scenario itself.
        settings: those of `recmock serve` by name, such as `count=10`, `clock="60x"`.

    Raises:
        SettingsError: for a setting that cannot be.
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
        self.account_sid = account_sid or demo_account_sid(self.server.settings.seed)
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
                with suppress(ControlError):  # where the server has gone, nothing waits any more
                    self.clock.freeze()  # what waits must not reach another test's sink at the same port
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
        """The URL that requests start with, such as `http://127.0.0.1:4010`."""
        return self.server.base_url

    @cached_property
    def auth_token(self) -> str:
        """The account's auth token: callbacks are signed with it."""
        if self.server.is_external:
            return self.state().auth_token
        settings = self.server.settings
        declared = (each.token for each in settings.account if each.sid.lower() == self.account_sid.lower())
        return next(declared, None) or auth_token(settings.seed, self.account_sid)

    @property
    def auth(self) -> tuple[str, str]:
        """AccountSid and token, as HTTP clients take them."""
        return self.account_sid, self.auth_token

    @property
    def url(self) -> str:
        """The URL of the account, below which its resources are: `f"{mock.url}/Recordings.json"`."""
        return f"{self.base_url}/2010-04-01/Accounts/{self.account_sid}"

    def client(self) -> "Client":
        """Return a `twilio.rest.Client` of this account; `pip install twilio` first."""
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        http = TwilioHttpClient(pool_connections=False)
        http.session = self.server.sessions.make()
        return self._led(Client(*self.auth, http_client=http))

    @asynccontextmanager
    async def async_client(self) -> "AsyncIterator[Client]":
        """Give a `twilio.rest.Client` whose `..._async` methods can be awaited, and close its session at the end.

        That is, `async with mock.async_client() as client: await client.recordings.list_async(limit=20)`.
        """
        from twilio.http.async_http_client import AsyncTwilioHttpClient
        from twilio.rest import Client

        async with AsyncTwilioHttpClient() as http:
            yield self._led(Client(*self.auth, http_client=http))

    @cached_property
    def sink(self) -> "Sink":
        """A receiver of callbacks, which checks their signatures and can be told to fail; runs from its first use."""
        from mockserver.testing.sink import Sink

        return Sink(self.auth_token).__enter__()

    def _led(self, client: "Client") -> "Client":
        client.api.base_url = self.base_url
        return client
