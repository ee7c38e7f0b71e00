"""Endpoints for callbacks: the log, and delivering one again."""

from mockserver.account.commands.callbacks import RedeliverCallback
from mockserver.control.endpoints.endpoint import Endpoint, PathParams, get_account, parse_number
from mockserver.control.endpoints.signatures import verify_signature
from mockserver.control.views.callbacks import CallbackView, serialize_callback
from mockserver.control.views.upcoming_callbacks import UpcomingCallbackView, serialize_upcoming_callbacks
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange


async def list_callbacks(exchange: Exchange, path: PathParams) -> list[CallbackView]:
    account, with_seconds = get_account(exchange, path), exchange.parameters.get_boolean("seconds")
    return [serialize_callback(account, delivery, with_seconds=with_seconds) for delivery in account.callbacks]


async def list_upcoming_callbacks(exchange: Exchange, path: PathParams) -> list[UpcomingCallbackView]:
    return serialize_upcoming_callbacks(get_account(exchange, path))


async def redeliver_callback(exchange: Exchange, path: PathParams) -> CallbackView:
    account, number = get_account(exchange, path), parse_number(path)
    if number is None or account.callbacks.find(number) is None:
        raise TwilioError(20404, f"This account has no callback {path['number'][:20]}.")
    account.apply(RedeliverCallback(number=number))
    await exchange.mock.worker.wait_until_idle(account)
    exchange.mock.worker.schedule(account)
    delivery = account.callbacks.find(number)
    if delivery is None:
        raise TwilioError(20404, f"Callback {number} was delivered again, but the log is full and has dropped it.")
    return serialize_callback(account, delivery)


CALLBACKS = {
    "/callbacks": Endpoint(GET=list_callbacks),
    "/callbacks/upcoming": Endpoint(GET=list_upcoming_callbacks),
    "/callbacks/verify": Endpoint(POST=verify_signature),
    "/callbacks/{number}/redeliver": Endpoint(POST=redeliver_callback),
}
