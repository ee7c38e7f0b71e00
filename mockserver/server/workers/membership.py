"""What a process is among the workers of its store."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress

from mockserver.account.storage.contact import Contact
from mockserver.account.storage.finding import find_leader, find_own_host
from mockserver.account.storage.losses import AccountCounts, count_accounts, find_losses
from mockserver.account.storage.store import KnownStore
from mockserver.account.storage.store_error import StoreError, StoreInUseError
from mockserver.mock import Mock
from mockserver.server.workers.hello import Hello
from mockserver.server.workers.kinds import PROTOCOL_VERSION, FromWorker
from mockserver.server.workers.leadership import Leadership
from mockserver.server.workers.link_to_leader import LeaderRefusedError, LinkToLeader
from mockserver.server.workers.shared_settings import SharedSettings
from mockserver.settings.machine_clock import real_pause, stopwatch
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings
from scenarios.model import Scenario

logger = logging.getLogger("recmock")

_CONNECT_SECONDS = 5.0
"""Real seconds in which a leader answers. It may be setting up a scenario."""
_START_SECONDS = 5.0
"""Real seconds in which a process that starts waits for a leader that it finds no way to."""
_PAUSE_SECONDS = 0.05
_PRECEDENCE_SECONDS = 1.0
"""Real seconds in which a process that starts leaves the lead to those that followed the one that has ended."""
_HOLD_BACK_SECONDS = 2.0
"""Real seconds in which a process takes the lead that is handed over to it."""

MockMaker = Callable[[Settings, Scenario | None], Mock]
"""Returns a mock of settings and of the scenario of every account."""


class Membership:
    """Opens the store if no other process has it, and finds the process that has it if not.

    Args:
        mock: the mock of this process's own settings.
        make_mock: makes the mock of a later lead.
        address: the address of this server.
        secret: what other workers must know while this process leads.
    """

    def __init__(self, mock: Mock, make_mock: MockMaker, address: Address, secret: str) -> None:
        self.mock = mock
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self._make_mock = make_mock
        self._address = address
        self._settings = SharedSettings.from_mock(mock)
        """Those of the newest start."""
        self._unused: Mock | None = mock
        self._may_lead_at = 0.0
        """The reading of the stopwatch from which this process may lead."""
        self._leadership: Leadership | None = None
        """A lead that has begun, and is not used yet."""
        self._found: Contact | None = None
        """The process that led when this one started."""
        self._host = find_own_host(mock.settings.store)
        self._known = KnownStore()
        """The store as this process knows it."""
        self._before: dict[str, AccountCounts] = {}
        """How much accounts had before the store lost data."""
        self._secret = secret

    def start(self) -> None:
        """Lead, or register with the process that leads.

        Raises:
            StoreError: if neither is possible, or the store was begun with other settings.
        """
        deadline = stopwatch() + _START_SECONDS
        while True:
            is_last = stopwatch() > deadline
            try:
                if is_last or not self._must_wait_for_others():
                    self._leadership = self._lead()
                    return
            except StoreInUseError:
                if is_last:  # it is no server that others can join
                    raise
            if asyncio.run(self._register()):
                return

    def _must_wait_for_others(self) -> bool:
        """Return True while processes that know the store may still lead: they send the callbacks that came due.

        If this process leads first, it gives those callbacks up: it cannot know that other processes served the store.
        """
        contact = None
        with suppress(StoreError):  # who opens the store says so
            contact = find_leader(self.mock.settings.store)
        if contact is not None and contact.has_others and (contact != self._found or contact.port == 0):
            self._found = contact
            self._may_lead_at = stopwatch() + _PRECEDENCE_SECONDS
        return stopwatch() < self._may_lead_at

    def close(self) -> None:
        """Close a store that no server used."""
        if self._leadership is not None:
            self._leadership.end()

    def hold_back(self) -> None:
        """Leave the lead to a process that takes it."""
        self._may_lead_at = stopwatch() + _HOLD_BACK_SECONDS

    def try_to_lead(self) -> Leadership | None:
        """Return a new lead, or None if another process leads.

        Raises:
            MockSetupError: if the store cannot be used.
        """
        leadership, self._leadership = self._leadership, None
        if leadership is not None:
            return leadership
        if stopwatch() < self._may_lead_at:
            return None
        try:
            return self._lead()
        except StoreInUseError:
            return None

    def _lead(self) -> Leadership:
        mock, self._unused = self._unused, None
        if mock is None:
            mock = self._make_mock(*self._settings.apply_to(self.mock.settings))
            mock.account_factory.t0 = self.mock.account_factory.t0  # also if the store was emptied
        has_others = self._known.is_served
        try:
            mock.set_address(self._address, self._known)
        except StoreError:
            if mock.saver is None:  # it is as it was
                self._unused = mock
            raise
        self._report_losses(mock)
        return Leadership(mock, self._host, self._secret, self.name, self._settings, has_others=has_others)

    def note_end(self, leadership: Leadership) -> None:
        """Note how this process stopped to lead."""
        if leadership.is_handed_over:
            self.hold_back()
        if leadership.has_lost_data:
            used = (
                own for own in leadership.mock.list_accounts_in_memory() if own.next_command > 1 or own.journal.total
            )
            self._before = count_accounts(used)
            self._known = self._known._replace(is_lost=True)

    def _report_losses(self, mock: Mock) -> None:
        """Find what the store lost since this process led before, and remember the store as it is now."""
        saver, before = mock.saver, self._before
        assert saver is not None, "the store is open"
        if before and saver.store.epoch > self._known.epoch:
            losses = find_losses(before, count_accounts(mock.account(sid) for sid in before if sid.lower() in saver))
            saver.store.lost = losses
            saver.set_losses(losses)
            saver.save()
            sentences = (f"{own.account}: {own.commands} commands, {own.requests} requests" for own in losses)
            logger.warning("recmock: %s has lost data. %s", saver.store.name, "; ".join(sentences))
        self._before, self._known = {}, saver.store.identity._replace(is_served=True)

    async def _register(self) -> bool:
        """Return False if no process can be reached that leads, or it hands the lead over.

        Raises:
            StoreError: if it refuses the settings of this process.
        """
        try:
            link = await self.find_link(is_start=True)
        except LeaderRefusedError as error:
            raise StoreError(str(error)) from None
        if link is None:
            await real_pause(_PAUSE_SECONDS)
            return False
        link.connection.close()
        return True

    async def find_link(self, *, is_start: bool = False) -> LinkToLeader | None:
        """Return a link to the process that leads, or None if none can be reached.

        Args:
            is_start: True if this process starts just now, so that its settings count.

        Raises:
            LeaderRefusedError: if it refuses this process.
            StoreError: if the store does not answer.
        """
        contact = await asyncio.to_thread(find_leader, self.mock.settings.store)
        if contact is None or contact.port == 0:
            return None
        link = LinkToLeader()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await asyncio.get_running_loop().create_connection(lambda: link.connection, contact.host, contact.port)
                link.connection.send(self._make_hello(contact.secret, is_start))
                self._adopt(*await link.welcome)
        except ConnectionRefusedError:
            self._known = self._known._replace(ended=contact)
            return None
        except (OSError, TimeoutError) as error:
            link.connection.close()
            if is_start and isinstance(error, ConnectionResetError):  # the leader has served until now, and hands over
                self._known = self._known._replace(is_served=True)
                self._may_lead_at = 0.0
            return None
        except BaseException:  # it is refused, or the server stops
            link.connection.close()
            raise
        return link

    def _make_hello(self, secret: str, is_start: bool) -> Hello:
        return Hello(
            kind=FromWorker.HELLO,
            version=PROTOCOL_VERSION,
            secret=secret,
            name=self.name,
            control_token=self.mock.control_token,
            settings=self._settings,
            is_start=is_start,
        )

    def _adopt(self, settings: SharedSettings, store: KnownStore) -> None:
        """Use the settings of the newest start if this process leads later, and know the store."""
        self._known = store._replace(is_served=True)
        self._may_lead_at = 0.0
        self.mock.account_factory.t0 = settings.corpus.now
        if self._settings.is_replaced_by(settings):
            self._settings = settings
            self._unused = None
