"""Where the state of accounts is kept."""

from pathlib import Path
from typing import NamedTuple, Self

from mockserver.settings.parsing import BadValueError, Option


class StoreUrl(NamedTuple):
    """A store: the memory of the process, or a file."""

    path: Path | None = None
    """The SQLite file; None for the memory."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `memory` or `sqlite:FILE`.

        Raises:
            BadValueError: if the text is neither. The message does not show the text after another scheme, which may
                be a URL with a password.
        """
        if text == "memory":
            return cls()
        scheme, colon, path = text.partition(":")
        if scheme == "sqlite" and path:
            return cls(Path(path.removeprefix("//")))
        raise BadValueError("memory, or sqlite:FILE", f"{scheme}{colon}..." if colon else text)

    @property
    def kind(self) -> str:
        """The kind of the store, in one word."""
        return "memory" if self.path is None else "sqlite"

    def __str__(self) -> str:
        return "memory" if self.path is None else f"sqlite:{self.path}"


STORE_OPTION = Option(
    "Where the state of accounts is: memory, or a file that outlives the server: sqlite:FILE.",
    StoreUrl.parse,
    "memory|sqlite:FILE",
)
