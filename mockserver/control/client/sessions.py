"""Sessions of `requests` that lead to one server, and are cheap to make: every client of a test has one of its own."""

from typing import Any

from requests import PreparedRequest, Session
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict
from urllib3.connectionpool import ConnectionPool


class Sessions:
    """Makes sessions that share their connections, and nothing else.

    Args:
        base_url: what nearly all of their requests start with.
    """

    def __init__(self, base_url: str) -> None:
        self._first = Session()
        self._first.trust_env = False  # a proxy of the environment is not for a server on this machine
        self._first.adapters["http://"] = self._first.adapters["https://"] = _Adapter(base_url)

    def create(self) -> Session:
        """Return another one, which need not be closed."""
        made = Session.__new__(Session)  # to make one as usual takes several times as long, for pools that are not used
        vars(made).update(
            vars(self._first),
            headers=CaseInsensitiveDict(self._first.headers),
            adapters=dict(self._first.adapters),
            cookies=RequestsCookieJar(),
        )
        made.hooks, made.params, made.proxies = {"response": []}, {}, {}
        return made

    def close(self) -> None:
        """Close the connections of all of them."""
        self._first.close()


class _Adapter(HTTPAdapter):
    """Knows the connections to its server, where requests would work out at each request which it needs."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._root = f"{base_url}/"
        self._pool: ConnectionPool | None = None  # where TLS depends on what a request says, requests works it out
        if base_url.startswith("http://"):
            self._pool = self.poolmanager.connection_from_url(base_url)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> ConnectionPool:
        if self._pool is None or proxies or request.url is None or not request.url.startswith(self._root):
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        return self._pool
