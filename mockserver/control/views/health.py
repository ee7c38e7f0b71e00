"""The view of a server's health."""

from typing import TYPE_CHECKING, Self

import msgspec
from msgspec import UNSET, UnsetType

from mockserver import __version__

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.server.exchange import Exchange


class LossView(msgspec.Struct, frozen=True):
    """What a store lost of an account while a process used it."""

    account: str
    """The AccountSid."""
    commands: int
    """The number of its last commands that were lost."""
    recordings: int
    """The number of recordings in flight or created that were lost."""
    requests: int
    """The number of requests that were lost."""


class HealthView(msgspec.Struct, frozen=True, kw_only=True):
    """A server that answers. What follows `store` is there if processes can share the store."""

    status: str = "ok"
    version: str
    store: str
    """`memory`, `sqlite` or `redis`."""
    epoch: int | UnsetType = UNSET
    """The number of times that the store lost data."""
    worker: str | UnsetType = UNSET
    """The process that answers: its machine and its process ID."""
    leader: str | UnsetType = UNSET
    """The process that has the store."""
    workers: tuple[str, ...] | UnsetType = UNSET
    """All processes that share the store."""
    lost: tuple[LossView, ...] | UnsetType = UNSET
    """What the store lost when the epoch began."""

    @classmethod
    def from_exchange(cls, exchange: "Exchange") -> Self:
        """Return the health of the server that answers."""
        mock, asked = exchange.mock, exchange.worker
        view = cls(version=__version__, store=mock.settings.store.kind)
        if mock.saver is None or not (workers := mock.list_workers()):
            return view
        store = mock.saver.store
        return msgspec.structs.replace(
            view,
            epoch=store.epoch,
            worker=workers[0] if asked is None else asked.name,
            leader=workers[0],
            workers=tuple(workers),
            lost=tuple(LossView(loss.account, loss.commands, loss.recordings, loss.requests) for loss in store.lost),
        )
