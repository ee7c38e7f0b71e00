"""A server for tests: in a thread of this process, or external."""

import sys
from contextlib import ExitStack
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from generators.setup_error import MockSetupError
from mockserver.control.client.connection import ControlConnection
from mockserver.settings.choices import LogFormat
from mockserver.settings.parsing import complete_server_url
from mockserver.settings.settings import SettingsError
from mockserver.testing.defaults import build_settings
from scenarios.problems import ScenarioError

if TYPE_CHECKING:
    from typing import Unpack

    from starlette.applications import Starlette

    from mockserver.callbacks.sender import CallbackReceiver
    from mockserver.control.client.sessions import Sessions
    from mockserver.mock import Mock
    from mockserver.proxy.proxy import Proxy
    from mockserver.server.listener import BackgroundServer
    from mockserver.testing.app_deliveries import AppDeliveries
    from mockserver.testing.setting_types import ServerSettings
    from scenarios.loading.scenario_input import AnyScenario
    from scenarios.model import Scenario

__tracebackhide__ = True


class ServerHandle:
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
        **settings: "Unpack[ServerSettings]",
    ) -> None:
        try:
            self.settings = build_settings(dict(settings))
        except SettingsError as error:  # a test's report needs the sentence, not the way through the parsers
            raise error.with_traceback(None) from None
        self.is_external = url is not None
        self.connection = ControlConnection(None if url is None else complete_server_url(url), token)
        """The connection to the control API of the server."""
        self._scenario = scenario
        self._deliveries: AppDeliveries | None = None
        self._background_server: BackgroundServer | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if not self.is_external:
            try:
                self.connection.server_url = self._start()
            except (MockSetupError, ScenarioError) as error:
                raise error.with_traceback(None) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.connection.close()
        self._close_deliveries()
        if "sessions" in vars(self):
            vars(self).pop("sessions").close()  # the sessions know the port, and the next run has another
        self._stack.close()
        if not self.is_external:
            self.connection.server_url = self._background_server = None
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

    @property
    def receivers(self) -> "dict[str, CallbackReceiver]":
        """What receives the callbacks of accounts instead of the network, by AccountSid in lower case."""
        return self._mock.worker.receivers

    def has_scripted_token(self, account_sid: str) -> bool:
        """Return True if a scenario of this process may set or change the auth token of an account."""
        mock, key = vars(self).get("_mock"), account_sid.lower()
        return mock is not None and (mock.groups.find(key) is not None or mock.rotates_tokens(key))

    def forget_soon(self, account_sid: str) -> None:
        """Drop an account of a server in this process before the next request, and do not wait for it."""
        if self._background_server is not None:
            self._background_server.call_soon(partial(self._mock.forget, account_sid))

    def open_deliveries(self) -> "AppDeliveries":
        """Return the deliveries to applications in this process. Later calls of the control API deliver them.

        Raises:
            ControlError: if the server does not run.
        """
        from mockserver.testing.app_deliveries import AppDeliveries

        assert self.base_url, "a server that runs has a URL"
        if self._deliveries is None:
            self.connection.deliveries = self._deliveries = AppDeliveries()
        return self._deliveries

    def _close_deliveries(self) -> None:
        if self._deliveries is not None:
            self._deliveries.close()
            self.connection.deliveries = self._deliveries = None

    @cached_property
    def proxy(self) -> "Proxy":
        """The proxy of a server in this process, and its CA, whose folder does not follow a test that changes HOME."""
        from mockserver.proxy.proxy import Proxy

        return Proxy.from_settings(self.settings)

    def _start(self) -> str:
        from mockserver.server.listener import BackgroundServer

        self._background_server = server = BackgroundServer(self.app, proxy=self.proxy)
        self._stack.callback(self._mock.close_store)
        try:
            self._mock.set_address(server.address)
        except MockSetupError:
            server.discard()
            raise
        if self.settings.log is not LogFormat.OFF:
            from mockserver.server.request_log import log_requests

            self._stack.enter_context(log_requests(self._mock, sys.stderr, {"NO_COLOR": "1"}))
        return self._stack.enter_context(server).base_url
