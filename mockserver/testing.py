"""What tests hold: a server of their own, and an account on it.

    with MockTwilio(scenario="late-webhook") as mock:
        recordings = mock.client().recordings.list(limit=20)

Args that this module's classes take by name are the settings of `recmock serve`.
"""

import asyncio
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from generators.keys import auth_token, demo_account_sid
from mockserver.client.account import AccountClient
from mockserver.client.line import Line
from mockserver.settings import Settings
from mockserver.values import Pace, parse_instant
from mockserver.wire.dialect import WireSetting
from scenarios.model import Scenario

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from twilio.rest import Client

    from mockserver.callbacks.sink import Sink

AnyScenario = Scenario | dict[str, Any] | str | Path

TEST_SETTINGS = Settings(now=parse_instant("2026-01-01T00:00:00Z"), clock=Pace(0.0), wire=WireSetting.TWILIO)
"""The settings of tests: T0 is 2026-01-01, time stands still until it is moved, and SDKs read every answer."""


class MockServer:
    """A server in a thread of its own, or one elsewhere; as a context manager it runs until the end.

    Args:
        settings: how it behaves; those of tests where it is left out.
        scenario: what is played in every account: a bundled one's name, a file, or the scenario itself.
        url: a server elsewhere, instead of one of our own.
        token: what its control API asks for.
    """

    def __init__(
        self,
        settings: Settings = TEST_SETTINGS,
        *,
        scenario: AnyScenario | None = None,
        url: str | None = None,
        token: str | None = None,
    ) -> None:
        self.settings = settings
        self.is_elsewhere = url is not None
        self._scenario = scenario
        self._url = url
        self._token = token
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if not self.is_elsewhere:
            self._url = self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if "line" in vars(self):
            self.line.close()
        self._stack.close()

    @property
    def base_url(self) -> str:
        """The URL that requests start with."""
        assert self._url is not None, "the server runs inside `with` only"
        return self._url

    @cached_property
    def line(self) -> Line:
        """The line to its control API."""
        return Line(self.base_url, self._token)

    @cached_property
    def app(self) -> "Starlette":
        """The ASGI application, for httpx and the like in this process, with or without `with`."""
        from mockserver.app import create_app
        from mockserver.mock import Mock

        return create_app(Mock(self.settings, scenario=_loaded(self._scenario)))

    def account(self, account_sid: str) -> "MockTwilio":
        """Return an account of this server; a fresh AccountSid is a fresh world."""
        return MockTwilio(server=self, account_sid=account_sid)

    def _start(self) -> str:
        from mockserver.proxy.proxy import Proxy
        from mockserver.server import BackgroundServer

        return self._stack.enter_context(BackgroundServer(self.app, proxy=Proxy.of(self.settings))).base_url


class MockTwilio(AccountClient):
    """An account: SDK clients of it, and all that a test can do to it.

    As a context manager, `async` too, it runs a server of its own and is that server's demo account.

    Args:
        scenario: what is played: a bundled one's name, a file, or the scenario itself.
        server: a server that runs already, instead of one of its own.
        account_sid: which account; the server's demo account where it is left out.
        settings: by name, as Python values, such as `count=10` or `seed="mine"`.
    """

    def __init__(
        self,
        *,
        scenario: AnyScenario | None = None,
        server: MockServer | None = None,
        account_sid: str | None = None,
        **settings: Any,
    ) -> None:
        self._owns_server = server is None
        changed = msgspec.structs.replace(TEST_SETTINGS, **settings)
        self.server = server or MockServer(changed, scenario=scenario)
        self.account_sid = account_sid or demo_account_sid(self.server.settings.seed)
        if not self._owns_server:
            self._connect()

    def __enter__(self) -> Self:
        self.server.__enter__()
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if "sink" in vars(self):
            self.sink.__exit__(None, None, None)
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
        if self.server.is_elsewhere:
            return self.state().auth_token
        return auth_token(self.server.settings.seed, self.account_sid)

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
        from twilio.rest import Client

        return self._led(Client(*self.auth))

    def async_client(self) -> "Client":
        """Return a `twilio.rest.Client` whose `..._async` methods can be awaited; to be made inside the event loop."""
        from twilio.http.async_http_client import AsyncTwilioHttpClient
        from twilio.rest import Client

        return self._led(Client(*self.auth, http_client=AsyncTwilioHttpClient()))

    @cached_property
    def sink(self) -> "Sink":
        """A receiver of callbacks, which checks their signatures and can be told to fail; runs from its first use."""
        from mockserver.callbacks.sink import Sink

        return Sink(self.auth_token).__enter__()

    def _led(self, client: "Client") -> "Client":
        client.api.base_url = self.base_url
        return client

    def _connect(self) -> None:
        super().__init__(self.server.line, self.account_sid)


def _loaded(scenario: AnyScenario | None) -> Scenario | None:
    if scenario is None or isinstance(scenario, Scenario):
        return scenario
    from scenarios.loading import from_objects, load  # brings YAML: only where there is something to load

    return load(str(scenario)) if isinstance(scenario, str | Path) else from_objects(scenario)
