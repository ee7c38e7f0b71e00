"""What a worker has from the process that started it."""

import os
import signal
import threading
from collections.abc import Mapping
from typing import NamedTuple, Self

from mockserver.server.listening_sockets import ListeningSockets, adopt

_VARIABLE = "_RECMOCK_WORKER_PIPES"
"""The environment variable in which a worker gets its `WorkerPipes`, as numbers."""
END_SECONDS = 10.0
"""Real seconds after which workers are killed that were asked to end."""


class WorkerPipes(NamedTuple):
    """What a worker has from its parent, as descriptors."""

    parent: int
    """A pipe that ends with the parent."""
    ready: int
    """A pipe for a byte when the worker accepts connections; -1 for none."""
    sockets: tuple[int, ...]
    """The listening sockets."""

    @classmethod
    def find(cls, environment: Mapping[str, str]) -> Self | None:
        """Return those of this process, or None if it is not a worker."""
        if _VARIABLE not in environment:
            return None
        parent, ready, *sockets = map(int, environment[_VARIABLE].split(","))
        return cls(parent, ready, tuple(sockets))

    @property
    def variables(self) -> dict[str, str]:
        """What the environment of the worker has besides that of its parent."""
        return {_VARIABLE: ",".join(map(str, (self.parent, self.ready, *self.sockets)))}

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The descriptors that the worker inherits."""
        return tuple(number for number in (self.parent, self.ready, *self.sockets) if number >= 0)

    @property
    def is_first(self) -> bool:
        """True for the worker that prints the banner."""
        return self.ready >= 0

    def adopt_sockets(self) -> ListeningSockets:
        """Return the listening sockets, and end with the parent from now on."""
        threading.Thread(target=self._end_with_parent, name="recmock-parent", daemon=True).start()
        return adopt(self.sockets)

    def say_ready(self) -> None:
        """Say that this worker accepts connections."""
        if self.is_first:
            os.write(self.ready, b"1")
            os.close(self.ready)

    def _end_with_parent(self) -> None:
        os.read(self.parent, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(END_SECONDS)
        os._exit(1)
