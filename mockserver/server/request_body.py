"""Read a request body, and detect that the client has disconnected."""

from starlette.types import Receive

from mockserver.rest.errors import TwilioError


class ClientDisconnected(Exception):
    """The client disconnected before its request was complete, so no response is needed."""


async def read_body(receive: Receive, max_bytes: int) -> bytes:
    """Return the body of a request.

    Raises:
        TwilioError: 20001 with status 413 if the body is longer than `max_bytes` bytes.
        ClientDisconnected: if the client disconnects before the body is complete.
    """
    pieces: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        piece = message.get("body", b"")
        pieces.append(piece)
        length += len(piece)
        if length > max_bytes:
            raise TwilioError(20001, f"Expected at most {max_bytes} bytes.", status=413, message="Request too large")
        if not message.get("more_body"):
            return piece if len(pieces) == 1 else b"".join(pieces)


async def wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client disconnects or the response is complete."""
    while (await receive())["type"] != "http.disconnect":
        pass
