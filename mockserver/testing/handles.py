"""The handles that tests hold: `MockServer` for a server, `MockTwilio` for one account of a server.

    with MockTwilio(scenario="late-webhook") as mock:
        recordings = mock.client().recordings.list(limit=20)

A `MockServer` has any number of accounts. They are independent of each other.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver.control.client.account import AccountClient
from mockserver.control.client.errors import ControlError
from mockserver.control.client.event_loops import run_in_thread, run_in_thread_to_end
from mockserver.testing.server import ServerHandle

if TYPE_CHECKING:
    from typing import Unpack

    from twilio.rest import Client

    from mockserver.control.views.account_list import AccountListView
    from mockserver.testing.callbacks import AccountCallbacks
    from mockserver.testing.setting_types import ServerSettings
    from mockserver.testing.sink import Sink
    from scenarios.loading.scenario_input import AnyScenario

__all__ = ["MockServer", "MockTwilio"]
__tracebackhide__ = True


class MockServer(ServerHandle):
    """A server in a thread of this process, or an external server, with any number of accounts."""

    def account(self, account_sid: str | None = None) -> "MockTwilio":
        """Return a handle of an account of this server.

        Args:
            account_sid: any AccountSid. The default is the demo account, which `recmock serve` prints.
        """
        return MockTwilio(server=self, account_sid=account_sid)

    def list_accounts(self) -> "AccountListView":
        """Return the accounts of this server: the demo account, those with a known token, and all others in memory."""
        from mockserver.control.views.account_list import AccountListView

        return self.connection.request("GET", "/accounts", AccountListView)


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
        **settings: "Unpack[ServerSettings]",
    ) -> None:
        if server is not None and (settings or scenario is not None):
            raise TypeError("expected a server, or a scenario and settings for a new one, found both")
        self._owns_server = server is None
        self.server = MockServer(scenario=scenario, **settings) if server is None else server
        self.account_sid = account_sid or derive_demo_account_sid(self.server.settings.seed)
        self._members: dict[str, MockTwilio] = {}
        super().__init__(self.server.connection, self.account_sid)

    def __enter__(self) -> Self:
        if self._owns_server:
            self.server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for member in self._members.values():
            member.__exit__(kind, raised, traceback)
        if "callbacks" in vars(self):
            self.callbacks.stop_deliveries()
        if "sink" in vars(self):
            if not self._owns_server:
                with suppress(ControlError):  # a server that has stopped sends no more callbacks
                    self.clock.freeze()  # a later callback could reach the sink of another test at the same port
            vars(self).pop("sink").__exit__(None, None, None)
        if self._owns_server:
            self.server.__exit__(kind, raised, traceback)

    async def __aenter__(self) -> Self:
        return await run_in_thread_to_end(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await run_in_thread_to_end(partial(self.__exit__, kind, raised, traceback))

    @property
    def base_url(self) -> str:
        """The URL of the server, such as `http://127.0.0.1:4010`."""
        return self.server.base_url

    @property
    def auth_token(self) -> str:
        """The auth token of the account, which signs its callbacks: the primary one, if its scenario rotates them."""
        if self.server.is_external or self.server.has_scripted_token(self.account_sid):
            return self.state().auth_token
        return self._usual_token

    @cached_property
    def _usual_token(self) -> str:
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

    def set_up_accounts(self, scenario: "AnyScenario") -> "dict[str, MockTwilio]":
        """Set up the accounts of a scenario with `accounts`, and return a handle of each by its id.

        This account is the first of them. The SIDs of the others follow from its SID and their ids.

        Args:
            scenario: the name of a bundled scenario, a file, plain values or a `Scenario`.

        Raises:
            ScenarioError: if the scenario is invalid, sets up no accounts, or sets a SID; all accounts stay unchanged.
        """
        from mockserver.control.views.accounts import MemberView

        command = {"scenario": self.scenario.load_accounts(scenario)}
        self._changes.send("/accounts", list[MemberView], command, twin="set_up_accounts_async", method="PUT")
        return self.accounts

    async def set_up_accounts_async(self, scenario: "AnyScenario") -> "dict[str, MockTwilio]":
        """Set up accounts like `set_up_accounts`, without blocking the event loop that a receiver may run on."""
        return await run_in_thread(self.set_up_accounts, scenario)

    @property
    def accounts(self) -> "dict[str, MockTwilio]":
        """The accounts that a scenario set up together with this one, by their ids, or by their SIDs if they have none.

        Without such a scenario there are none.
        """
        from mockserver.control.views.accounts import MemberView

        members = self._connection.request("GET", f"{self._account_path}/accounts", list[MemberView])
        return {member.id or member.account_sid: self._get_member(member.account_sid) for member in members}

    def _get_member(self, account_sid: str) -> "MockTwilio":
        if account_sid == self.account_sid:
            return self
        if account_sid not in self._members:
            handle = self._members[account_sid] = MockTwilio(server=self.server, account_sid=account_sid)
            handle.folders = self.folders
        return self._members[account_sid]

    def client(self) -> "Client":
        """Return a `twilio.rest.Client` of this account.

        Raises:
            ModuleNotFoundError: if the package twilio is not installed; the message says how to install it.
        """
        from mockserver.testing.sdk_clients import create_client

        return create_client(self.auth, self.base_url, self.server.sessions)

    @asynccontextmanager
    async def async_client(self) -> "AsyncIterator[Client]":
        """Yield a `twilio.rest.Client` for its `..._async` methods, and close its session at the end.

        For example: `async with mock.async_client() as client: await client.recordings.list_async(limit=20)`.

        Raises:
            ModuleNotFoundError: if the package twilio is not installed; the message says how to install it.
            RuntimeError: if the event loop is not asyncio's, which the SDK needs.
        """
        from mockserver.testing.sdk_clients import open_async_client

        async with open_async_client(self.auth, self.base_url) as client:
            yield client

    @cached_property
    def callbacks(self) -> "AccountCallbacks":
        """The account's callbacks, and where they go."""
        from mockserver.testing.callbacks import AccountCallbacks

        return AccountCallbacks(self._connection, self._account_path, self.server)

    @cached_property
    def sink(self) -> "Sink":
        """A receiver of callbacks that checks their signatures. It starts when a test first uses it."""
        from mockserver.testing.sink import Sink

        return Sink(self.auth_token).__enter__()
