"""What the process that leads does besides answering its own clients."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
from starlette.types import ASGIApp

from mockserver.account.storage.contact import Contact
from mockserver.account.storage.store_error import StoreError, StoreLostError
from mockserver.mock import Mock
from mockserver.server.workers.hello import Hello
from mockserver.server.workers.leader_server import LeaderServer, Verdict
from mockserver.server.workers.shared_settings import SharedSettings


class Leadership:
    """The time in which one process leads, with a mock of its own.

    Args:
        mock: the mock, whose store is open.
        host: the address at which other workers reach this process.
        secret: what they must know.
        name: the name of this process.
        settings: those of the newest start.
        has_others: True if other processes may know the store.
    """

    def __init__(
        self, mock: Mock, host: str, secret: str, name: str, settings: SharedSettings, *, has_others: bool
    ) -> None:
        assert mock.saver is not None, "the store is open"
        self.mock = mock
        self._host = host
        self._secret = secret
        self._name = name
        self._has_others = has_others
        self._contact: Contact | None = None
        """How others reach this process, while they may."""
        self._saver, self._store = mock.saver, mock.saver.store
        corpus = msgspec.structs.replace(settings.corpus, now=mock.account_factory.t0)
        self._settings = msgspec.structs.replace(settings, corpus=corpus)
        self._is_over = asyncio.Event()
        self._is_lost = False
        self.is_handed_over = False
        """True if a process that starts with other settings takes the lead."""

    @asynccontextmanager
    async def serve_others(self, app: ASGIApp) -> AsyncIterator[None]:
        """Serve the requests of the other workers while the context is active.

        Raises:
            StoreError: if the store cannot say how others reach this process.
        """
        loop = asyncio.get_running_loop()
        server = LeaderServer(app, self._secret, self._check, self._settings, self._store.identity, self._note_others)
        port = await server.listen(self._host)
        self._saver.on_lost = lambda error: loop.call_soon_threadsafe(self._lose)
        self._contact = Contact(self._host, port, self._secret, self._has_others)
        self._store.announce(self._contact)
        self.mock.list_workers = lambda: [self._name, *server.list_names()]
        try:
            yield
        finally:
            self._contact = None
            await server.close(is_lost=self._is_lost)
            self._saver.on_lost = None  # the event loop may end

    async def wait_for_end(self) -> None:
        """Wait until the lead is lost, or handed over."""
        await self._is_over.wait()

    def end(self) -> None:
        """Let another process lead."""
        try:
            self.mock.close_store()
        except StoreError:
            if not self._is_lost:
                raise

    @property
    def has_lost_data(self) -> bool:
        """True if it ended because the store had lost data."""
        return isinstance(self._saver.failure, StoreLostError)

    def _note_others(self, has_others: bool) -> None:
        """Tell processes that start later if others know the store."""
        if self._contact is not None:
            self._contact = msgspec.structs.replace(self._contact, has_others=has_others)
            with suppress(StoreError):  # requests say so
                self._store.change_contact(self._contact)

    def _lose(self) -> None:
        self._is_lost = True
        self._is_over.set()

    def _check(self, hello: Hello) -> Verdict:
        refusal = self._settings.explain_refusal(hello.settings, self._store.name)
        takes_lead = refusal is None and hello.is_start and self._settings.is_replaced_by(hello.settings)
        if takes_lead:
            self.is_handed_over = True
            self._is_over.set()
        return Verdict(refusal, takes_lead)
