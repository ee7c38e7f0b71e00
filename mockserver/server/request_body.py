"""Whoever sent a request: what else comes from there, and whether anybody is still there to be answered."""

from starlette.types import Receive

from mockserver.rest.errors import TwilioError


class ClientDisconnected(Exception):
    """A client that went before its request was whole: there is nothing to do, and nobody to answer."""


async def read_body(receive: Receive, most: int) -> bytes:
    """Return the body of a request.

    Raises:
        TwilioError: 20001 as a 413 where it has more than `most` bytes.
        HungUpError: where it never becomes whole.
    """
    received = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        received += message.get("body", b"")
        if len(received) > most:
            raise TwilioError(20001, f"Expected at most {most} bytes.", status=413, message="Request too large")
        if not message.get("more_body"):
            return bytes(received)


async def wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client has gone, or was answered."""
    while (await receive())["type"] != "http.disconnect":
        pass
