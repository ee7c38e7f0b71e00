"""The log of callbacks, and trying one again."""

from mockserver.control import serializers as portraits
from mockserver.control import views
from mockserver.control.endpoints.endpoint import Endpoint, Path, account_of, number_of
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange


async def list_callbacks(exchange: Exchange, path: Path) -> list[views.CallbackView]:
    account = account_of(exchange, path)
    return [portraits.callback(account, each, exchange.mock.worker) for each in account.callbacks]


async def redeliver(exchange: Exchange, path: Path) -> views.CallbackView:
    account, number = account_of(exchange, path), number_of(path)
    if number is None or number >= len(account.callbacks):
        raise TwilioError(20404, f"This account has no callback {path['number'][:20]}.")
    account.callbacks.redeliver(number)
    await exchange.mock.worker.wait_until_idle(account)
    exchange.mock.worker.schedule(account)
    return portraits.callback(account, account.callbacks[number], exchange.mock.worker)


CALLBACKS = {
    "/callbacks": Endpoint(GET=list_callbacks),
    "/callbacks/{number}/redeliver": Endpoint(POST=redeliver),
}
