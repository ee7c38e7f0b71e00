"""Sessions of `requests` for one server. They are cheap to create, because every test's client has its own."""

import sys
from typing import Any

from requests import PreparedRequest, Session
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict
from urllib3.connectionpool import ConnectionPool


class Sessions:
    """Creates sessions that share their connections and nothing else.

    Args:
        base_url: the base URL of nearly all of their requests.
    """

    def __init__(self, base_url: str) -> None:
        self._template = Session()
        self._template.trust_env = False  # a proxy of the environment is not for a server on this machine
        self._template.adapters["http://"] = self._template.adapters["https://"] = _Adapter(base_url)

    def create(self) -> Session:
        """Return a new session. It need not be closed."""
        made = Session.__new__(
            Session
        )  # the usual constructor takes several times as long, for adapters that are not used
        vars(made).update(
            vars(self._template),
            headers=CaseInsensitiveDict(self._template.headers),
            adapters=dict(self._template.adapters),
            cookies=RequestsCookieJar(),
        )
        made.hooks, made.params, made.proxies = {"response": []}, {}, {}
        return made

    def close(self) -> None:
        """Close the connections of all sessions."""
        self._template.close()


def _find_real_send() -> Any:
    """Return `HTTPAdapter.send`, also while the library responses replaces it."""
    return getattr(sys.modules.get("responses"), "_real_send", HTTPAdapter.send)


class _Adapter(HTTPAdapter):
    """Stores the connection pool of its server. `requests` would look for it at each request."""

    send = _find_real_send()

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._url_prefix = f"{base_url}/"
        self._pool: ConnectionPool | None = (
            None  # with https, `requests` chooses the pool, because it depends on the request
        )
        if base_url.startswith("http://"):
            self._pool = self.poolmanager.connection_from_url(base_url)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> ConnectionPool:
        if self._pool is None or proxies or request.url is None or not request.url.startswith(self._url_prefix):
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        return self._pool
