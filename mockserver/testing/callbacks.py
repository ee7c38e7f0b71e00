"""The callbacks of a test's account, which may go to an application in the process of the test."""

from typing import TYPE_CHECKING, Any

from mockserver.control.client.callbacks import CallbacksClient
from mockserver.control.client.connection import ControlConnection
from mockserver.settings.settings import SettingsError

if TYPE_CHECKING:
    from mockserver.testing.app_deliveries import AppSubscription
    from mockserver.testing.server import ServerHandle

__tracebackhide__ = True


class AccountCallbacks(CallbacksClient):
    """The log of an account's callbacks, in queue order, and where they go.

    Args:
        account_path: the account's path below `/_mock`.
        server: the server of the account.
    """

    def __init__(self, connection: ControlConnection, account_path: str, server: "ServerHandle") -> None:
        super().__init__(connection, account_path)
        self._server = server
        self._key = account_path.rpartition("/")[2].lower()
        self._subscriptions: list[AppSubscription] = []

    def deliver_to(self, app: Any) -> "AppSubscription":
        """Deliver callbacks, and the requests of calls, to a WSGI or ASGI application in this process.

        The application is called in the thread of the caller, while one of the calls runs that may send: `advance` and
        the others of the clock, `add`, `transition`, `step`, `signal`, `arm`, `redeliver`, and those of `calls`. In
        their async twins, an ASGI application runs on the caller's event loop. What the application raises counts as a
        500, and the call raises it. Every URL reaches the application, with its own host and signature.

        Args:
            app: the application: a Flask, Django, FastAPI or Starlette application, for example. Its lifespan is not
                run.

        Returns:
            What stops the deliveries at the end of its `with`. Otherwise they stop at the end of the test.

        Raises:
            SettingsError: if the server is external, and so cannot call anything in this process.
            TypeError: if the application cannot be called.
        """
        from mockserver.testing.app_deliveries import AppReceiver, AppSubscription

        if not callable(app):
            raise TypeError(f"deliver_to: expected a WSGI or ASGI application, found {app!r}")
        if self._server.is_external:
            raise SettingsError(
                f"deliver_to: expected the server of this process, found the one at {self._server.base_url}. "
                "Give `callback` the URL of a receiver, such as `recmock.sink.url`."
            )
        receiver = AppReceiver(self._server.open_deliveries(), app)
        subscription = AppSubscription(self._server.receivers, self._key, receiver)
        self._subscriptions.append(subscription)
        return subscription

    def stop_deliveries(self) -> None:
        """Stop all deliveries to applications."""
        while self._subscriptions:
            self._subscriptions.pop().stop()
