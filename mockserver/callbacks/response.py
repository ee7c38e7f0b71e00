"""The response to one request, or why there is none."""

import msgspec

from mockserver.callbacks.outcome import Outcome
from mockserver.callbacks.request import Pairs


class ReceivedResponse(msgspec.Struct, frozen=True):
    """An outcome with the response that belongs to it."""

    outcome: Outcome
    headers: Pairs = ()
    """The names are in lower case."""
    body: bytes = b""
    """The body as it was sent, up to a bound."""
    code: int | None = None
    """Twilio's code of the outcome's failure, such as 11205."""

    def get_all(self, name: str) -> list[str]:
        """Return the values of a header.

        Args:
            name: in lower case.
        """
        return [value for key, value in self.headers if key == name]

    def get(self, name: str) -> str | None:
        """Return the first value of a header, or None if the response has no such header."""
        return next(iter(self.get_all(name)), None)
