"""Reads and changes one account of a server."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from msgspec import UNSET, UnsetType

from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.event_loops import run_in_thread

if TYPE_CHECKING:  # each client is imported when it is first used: most tests only read recordings
    from generators.corpus.corpus import Corpus
    from mockserver.control.client.argument_types import AuthName, WireName
    from mockserver.control.client.arrivals import ArrivalsClient
    from mockserver.control.client.callbacks import CallbacksClient
    from mockserver.control.client.calls import CallsClient
    from mockserver.control.client.changes import AccountChanges
    from mockserver.control.client.clock import ClockClient
    from mockserver.control.client.debugger import DebuggerClient
    from mockserver.control.client.doctor import DoctorClient
    from mockserver.control.client.faults import FaultsClient
    from mockserver.control.client.recordings import RecordingsClient
    from mockserver.control.client.requests import RequestsClient
    from mockserver.control.client.scenario import ScenarioClient
    from mockserver.control.views.accounts import AccountSummary, AccountView, SnapshotView
    from mockserver.control.views.notices import NoticeView
    from mockserver.rest.auth import AuthSetting
    from mockserver.rest.representations.wires import WireSetting

__tracebackhide__ = True


class AccountClient:
    """One account of a server.

    Args:
        connection: the connection to the server.
        account_sid: the AccountSid; `demo` stands for the account that the server printed.
    """

    def __init__(self, connection: ControlConnection, account_sid: str = "demo") -> None:
        self._connection = connection
        self._account_path = f"/accounts/{account_sid}"
        self._corpus: Corpus | None = None
        self.folders: Sequence[Path] = ()
        """Where scenario and media files are looked up before the working directory: beside a test, for example."""

    def __repr__(self) -> str:
        account_sid = self._account_path.rpartition("/")[2]
        return f"<{type(self).__name__} {account_sid} at {self._connection.server_url or 'no server'}>"

    @cached_property
    def clock(self) -> "ClockClient":
        """The account's clock."""
        from mockserver.control.client.clock import ClockClient

        return ClockClient(self._connection, self._account_path)

    @cached_property
    def recordings(self) -> "RecordingsClient":
        """The account's recordings, as the mock knows them."""
        from mockserver.control.client.recordings import RecordingsClient

        return RecordingsClient(self._connection, self._account_path, self.folders)

    @cached_property
    def scenario(self) -> "ScenarioClient":
        """The account's scenario."""
        from mockserver.control.client.scenario import ScenarioClient

        return ScenarioClient(self._connection, self._account_path, self.folders)

    @cached_property
    def faults(self) -> "FaultsClient":
        """The account's fault rules."""
        from mockserver.control.client.faults import FaultsClient

        return FaultsClient(self._connection, self._account_path)

    @cached_property
    def arrivals(self) -> "ArrivalsClient":
        """The recordings that arrive by themselves."""
        from mockserver.control.client.arrivals import ArrivalsClient

        return ArrivalsClient(self._connection, self._account_path)

    @cached_property
    def callbacks(self) -> "CallbacksClient":
        """The account's callbacks."""
        from mockserver.control.client.callbacks import CallbacksClient

        return CallbacksClient(self._connection, self._account_path)

    @cached_property
    def calls(self) -> "CallsClient":
        """The calls that a test or the API places on the account."""
        from mockserver.control.client.calls import CallsClient

        return CallsClient(self._connection, self._account_path)

    @cached_property
    def debugger(self) -> "DebuggerClient":
        """The errors and warnings of calls and their apps."""
        from mockserver.control.client.debugger import DebuggerClient

        return DebuggerClient(self._connection, self._account_path)

    @cached_property
    def requests(self) -> "RequestsClient":
        """The account's request journal."""
        from mockserver.control.client.requests import RequestsClient

        return RequestsClient(self._connection, self._account_path)

    @cached_property
    def doctor(self) -> "DoctorClient":
        """The doctor, which examines the account's requests."""
        from mockserver.control.client.doctor import DoctorClient

        return DoctorClient(self._connection, self._account_path)

    def follow(self, last_id: str | None = None, *, timeout: float = 60.0) -> "Iterator[NoticeView]":
        """Yield a notice whenever something of the account has changed, until the server stops.

        Args:
            last_id: the id of the last notice that the caller has: the later ones come first, or `lag` if some are
                gone. If left out, notices begin now.
            timeout: the longest silence of the server, in real seconds: it says something every 15.

        Raises:
            ControlError: if the server goes away.
        """
        from mockserver.control.client.notices import follow_account

        return follow_account(self._connection, self._account_path, last_id, timeout)

    def state(self) -> "AccountView":
        """Return the present state of the account."""
        from mockserver.control.views.accounts import AccountView

        return self._connection.request("GET", self._account_path, AccountView)

    @overload
    def export(self, path: None = None, *, scrub: bool = False, since: int = 0) -> str: ...

    @overload
    def export(self, path: str | Path, *, scrub: bool = False, since: int = 0) -> Path: ...

    def export(self, path: str | Path | None = None, *, scrub: bool = False, since: int = 0) -> str | Path:
        """Return the account as lines of JSON that `recmock serve --replay` serves again, or write them to a file.

        Secrets are replaced by stand-ins.

        Args:
            path: the file; None to return the text.
            scrub: True to replace the texts and numbers of imported recordings, too.
            since: the number of the first command. What begins later than the account can be read, but not replayed.
        """
        parameters: dict[str, str | int] = {"scrub": str(scrub).lower(), "since": since}
        content = self._connection.fetch("GET", f"{self._account_path}/export", parameters=parameters)
        if path is None:
            return content.decode()
        file = Path(path)
        file.write_bytes(content)
        return file

    @property
    def corpus(self) -> "Corpus":
        """The generated recordings of the account, by index: 0 is the oldest."""
        from generators.corpus.corpus import Corpus, CorpusSpec

        spec = self._connection.request("GET", f"{self._account_path}/corpus", CorpusSpec)
        if self._corpus is None or self._corpus.spec != spec:
            self._corpus = Corpus(spec)
        return self._corpus

    def configure(
        self,
        *,
        wire: "WireSetting | WireName | UnsetType | None" = UNSET,
        auth: "AuthSetting | AuthName | UnsetType | None" = UNSET,
        routes: Mapping[str, str] | UnsetType | None = UNSET,
    ) -> None:
        """Override the server's settings for this account; an argument that is left out keeps its value.

        Args:
            wire: `twilio`, `schema` or `auto`; None for the server's setting.
            auth: `any`, `off`, or `strict` for the tokens of the account and of its parent; None for the server's
                setting.
            routes: the origins that receive callbacks for public origins, such as
                `{"https://app.example.com": "http://127.0.0.1:8000"}`, beside the routes of the server and of the
                scenario; None for none.

        Raises:
            ControlError: if a value is invalid.
        """
        path = f"{self._account_path}/overrides"
        overrides: dict[str, Any] = {"wire": wire, "auth": auth, "routes": routes}
        if UNSET in overrides.values():
            given = {name: value for name, value in overrides.items() if value is not UNSET}
            overrides = {**self._connection.request("GET", path, dict[str, Any]), **given}
        self._connection.request("PUT", path, dict[str, Any], overrides)

    def reset(self) -> "AccountSummary":
        """Restore the account's first state, and return it in counts."""
        from mockserver.control.views.accounts import AccountSummary

        return self._changes.send("/reset", AccountSummary, twin="reset_async")

    async def reset_async(self) -> "AccountSummary":
        """Restore the account's first state like `reset`, without blocking the event loop."""
        return await run_in_thread(self.reset)

    def forget(self) -> None:
        """Drop the account with its requests, overrides and snapshots. The next request creates it again."""
        from mockserver.control.views.accounts import ForgottenView

        self._connection.request("DELETE", self._account_path, ForgottenView)

    def snapshot(self, name: str = "latest") -> "SnapshotView":
        """Store the state under a name."""
        from mockserver.control.views.accounts import SnapshotView

        return self._connection.request("POST", f"{self._account_path}/snapshots", SnapshotView, {"name": name})

    def snapshots(self) -> "list[SnapshotView]":
        """Return the stored states, oldest first."""
        from mockserver.control.views.accounts import SnapshotView

        return self._connection.request("GET", f"{self._account_path}/snapshots", list[SnapshotView])

    def rollback(self, name: str = "latest") -> "AccountSummary":
        """Restore the state that has this name, and return it in counts."""
        from mockserver.control.views.accounts import AccountSummary

        return self._changes.send("/rollback", AccountSummary, {"name": name}, twin="rollback_async")

    async def rollback_async(self, name: str = "latest") -> "AccountSummary":
        """Restore the state that has this name like `rollback`, without blocking the event loop."""
        return await run_in_thread(self.rollback, name)

    @property
    def _changes(self) -> "AccountChanges":
        from mockserver.control.client.changes import AccountChanges

        return AccountChanges(self._connection, self._account_path)
