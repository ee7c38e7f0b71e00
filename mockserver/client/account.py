"""An account, seen and changed from outside."""

from functools import cached_property

from generators.corpus import Corpus, CorpusSpec
from mockserver.client.callbacks import CallbacksClient
from mockserver.client.clock import ClockClient
from mockserver.client.doctor import DoctorClient
from mockserver.client.faults import FaultsClient
from mockserver.client.line import Line
from mockserver.client.recordings import RecordingsClient
from mockserver.client.requests import RequestsClient
from mockserver.client.scenario import ScenarioClient
from mockserver.control.views import AccountView, SnapshotView


class AccountClient:
    """All that can be done to one account of a server.

    Args:
        line: the line to the server.
        account_sid: which account; `demo` is the one that the server printed.
    """

    def __init__(self, line: Line, account_sid: str = "demo") -> None:
        self._line = line
        self._root = root = f"/accounts/{account_sid}"
        self.clock = ClockClient(line, root)
        self.recordings = RecordingsClient(line, root)
        self.scenario = ScenarioClient(line, root)
        self.faults = FaultsClient(line, root)
        self.callbacks = CallbacksClient(line, root)
        self.requests = RequestsClient(line, root)
        self.doctor = DoctorClient(line, root)

    def state(self) -> AccountView:
        """Return the account as it is now."""
        return self._line.ask("GET", self._root, AccountView)

    @cached_property
    def corpus(self) -> Corpus:
        """What the account held at T0, as a pure function: any recording by its index, 0 being the oldest."""
        return Corpus(self._line.ask("GET", f"{self._root}/corpus", CorpusSpec))

    def treat(self, *, wire: str | None = None, auth: str | None = None) -> None:
        """Stand above the server's settings for this account; None leaves them.

        Args:
            wire: `twilio`, `schema` or `auto`.
            auth: `any`, `off`, or `strict` for the account's own token.
        """
        self._line.ask("PUT", f"{self._root}/manners", dict[str, str | None], {"wire": wire, "auth": auth})

    def reset(self) -> AccountView:
        """Give the account the world back that it had on first touch, and return it."""
        return self._line.ask("POST", f"{self._root}/reset", AccountView)

    def snapshot(self, name: str = "latest") -> SnapshotView:
        """Keep the state under a name."""
        return self._line.ask("POST", f"{self._root}/snapshots", SnapshotView, {"name": name})

    def rollback(self, name: str = "latest") -> AccountView:
        """Go back to the state under a name, and return it."""
        return self._line.ask("POST", f"{self._root}/rollback", AccountView, {"name": name})
