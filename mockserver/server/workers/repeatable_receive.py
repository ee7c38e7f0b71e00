"""A request that can be answered again."""

from starlette.types import Message, Receive


class RepeatableReceive:
    """A `receive` of ASGI that keeps the body, so that another process can answer the request again.

    Args:
        receive: that of the server.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._kept: list[Message] = []
        self._next = 0

    async def __call__(self) -> Message:
        """Return the next message."""
        if self._next < len(self._kept):
            message = self._kept[self._next]
        else:
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            self._kept.append(message)
        self._next += 1
        return message

    def rewind(self) -> None:
        """Begin with the first message again."""
        self._next = 0
