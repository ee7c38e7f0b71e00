"""The commands and requests of an account of a running server, and then each new one."""

from collections.abc import Iterator

from mockserver.account.export.lines import ExportHeader, JournaledRequest
from mockserver.account.export.reading import ExportError, NumberedCommand, iter_items
from mockserver.cli.errors import CommandError
from mockserver.control.client.account import AccountClient


def iter_history(account: AccountClient, *, is_endless: bool) -> Iterator[NumberedCommand | JournaledRequest]:
    """Yield the commands and requests so far, and then each new one if there is no end.

    Raises:
        CommandError: if another version of recmock answers.
    """
    reader = _Reader(account)
    yield from reader.read()
    while is_endless:
        account.requests.wait_for_new(reader.next_request)  # most commands come with requests
        yield from reader.read()


class _Reader:
    """Reads what is new since it read before."""

    def __init__(self, account: AccountClient) -> None:
        self._account = account
        self._next_command = 0
        self.next_request = 0
        self._generation: int | None = None

    def read(self) -> Iterator[NumberedCommand | JournaledRequest]:
        try:
            header, *items = iter_items(self._account.export(since=self._next_command))
        except ExportError as error:
            raise CommandError(f"{error}.") from None
        assert isinstance(header, ExportHeader), "the first line is the header"
        if header.generation != self._generation:
            self._generation, self.next_request = header.generation, 0
        for item in items:
            if isinstance(item, NumberedCommand):
                self._next_command = item.number + 1
                yield item
            elif isinstance(item, JournaledRequest) and item.number >= self.next_request:
                self.next_request = item.number + 1
                yield item
