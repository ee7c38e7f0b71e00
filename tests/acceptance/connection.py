"""A client's connection to one server: small, so that many clients and their servers fit on two cores."""

import asyncio
import json
import re
from base64 import b64encode
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from generators.seeds import derive_auth_token

_TIMEOUT = 30.0
"""Seconds after which an answer counts as lost."""
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CLOSES = re.compile(rb"(?i)\r\nconnection: *close")


class NoConnection(Exception):
    """The server does not listen, so the request did not happen."""


class NoAnswer(Exception):
    """The answer was lost, so the request may have happened."""


class UnexpectedAnswer(AssertionError):
    """An answer that no request of these tests may get."""


class Answer(NamedTuple):
    """A response."""

    status: int
    head: bytes
    body: bytes

    def parse(self) -> Any:
        """Return the JSON of the body."""
        return json.loads(self.body)


class Connection:
    """A connection that is opened when it is needed, and again after it was lost.

    Args:
        base_url: the server.
        account: the AccountSid.
        host: the Host header, if it is not the server's.
    """

    def __init__(self, base_url: str, account: str, host: str | None = None) -> None:
        self.base_url = base_url
        self.host = host or urlsplit(base_url).netloc
        self._address = urlsplit(base_url)
        self._api, self._control = f"/2010-04-01/Accounts/{account}", f"/_mock/accounts/{account}"
        credentials = b64encode(f"{account}:{derive_auth_token('0', account)}".encode()).decode()
        self._head = f"Host: {self.host}\r\nAuthorization: Basic {credentials}\r\nX-Mock-Wire: twilio\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def close(self) -> None:
        """Close the connection, if it is open."""
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def call_api(self, method: str, path: str, **form: str) -> Answer:
        """Send a request to a path below the account, with a form if it has fields."""
        body = urlencode(form).encode()
        return await self.send(method, self._api + path, body, "application/x-www-form-urlencoded")

    async def call_control(self, method: str, path: str, command: Any = None) -> Any:
        """Return the JSON of a successful response of the control API.

        Raises:
            UnexpectedAnswer: if the response is an error.
        """
        answer = await self.send_control(method, path, command)
        if answer.status != 200:
            raise UnexpectedAnswer(f"{method} {path} on {self.base_url}: {answer.head.decode()}{answer.body.decode()}")
        return answer.parse()

    async def send_control(self, method: str, path: str, command: Any = None) -> Answer:
        """Send a command to a path below the account in the control API."""
        body = b"" if command is None else json.dumps(command).encode()
        return await self.send(method, self._control + path, body, "application/json")

    async def send(self, method: str, target: str, body: bytes = b"", media_type: str = "text/plain") -> Answer:
        """Send a request, and return its response.

        Raises:
            NoConnection: if the server does not listen.
            NoAnswer: if the response does not come.
        """
        kind = f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n" if body else ""
        reader, writer = await self._open()
        try:
            async with asyncio.timeout(_TIMEOUT):
                writer.write(f"{method} {target} HTTP/1.1\r\n{self._head}{kind}\r\n".encode() + body)
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                answer = Answer(int(head[9:12]), head, await reader.readexactly(int(length[1]) if length else 0))
        except (OSError, EOFError, TimeoutError) as error:
            await self.close()
            raise NoAnswer(f"{method} {target}: {error!r}") from error
        if _CLOSES.search(head):
            await self.close()
        return answer

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            try:
                self._streams = await asyncio.open_connection(self._address.hostname, self._address.port, limit=1 << 20)
            except OSError as error:
                raise NoConnection(f"{self.base_url}: {error}") from error
        return self._streams


async def send_until_answered(connection: Connection, method: str, path: str, command: Any = None) -> Any:
    """Return the JSON of a command that has the same effect if it is sent again, such as a read."""
    async with asyncio.timeout(_TIMEOUT):
        while True:
            with suppress(NoConnection, NoAnswer):
                if (answer := await connection.send_control(method, path, command)).status != 503:
                    assert answer.status == 200, answer
                    return answer.parse()
            await asyncio.sleep(0.02)
