"""Clients of Twilio's SDK that send their requests to the mock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twilio.rest import Client

    from mockserver.control.client.sessions import Sessions

__tracebackhide__ = True


def create_client(auth: tuple[str, str], base_url: str, sessions: "Sessions") -> "Client":
    """Return a client whose session shares its connections with the other ones."""
    try:
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client
    except ModuleNotFoundError as error:
        raise _describe_missing_package(error) from None
    http = TwilioHttpClient(pool_connections=False)
    http.session = sessions.create()
    return _point_at_server(Client(*auth, http_client=http), base_url)


@asynccontextmanager
async def open_async_client(auth: tuple[str, str], base_url: str) -> "AsyncIterator[Client]":
    """Yield a client for the async methods of the SDK, and close its session at the end."""
    if asyncio._get_running_loop() is None:
        raise RuntimeError(
            "async_client: expected asyncio, which the async client of twilio needs, found another loop."
        )
    try:
        from twilio.http.async_http_client import AsyncTwilioHttpClient
        from twilio.rest import Client
    except ModuleNotFoundError as error:
        raise _describe_missing_package(error) from None
    async with AsyncTwilioHttpClient() as http:
        yield _point_at_server(Client(*auth, http_client=http), base_url)


def _describe_missing_package(error: ModuleNotFoundError) -> ModuleNotFoundError:
    sentence = f"expected the package twilio for its client, found no module {error.name}: run `pip install twilio`."
    return ModuleNotFoundError(sentence, name=error.name)


def _point_at_server(client: "Client", base_url: str) -> "Client":
    client.api.base_url = base_url
    return client
