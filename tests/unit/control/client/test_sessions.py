from collections.abc import Iterator

import pytest
import requests

from mockserver.app import create_app
from mockserver.control.client.sessions import Sessions
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from tests.harness import make_settings


@pytest.fixture
def servers() -> Iterator[list[str]]:
    with (
        BackgroundServer(create_app(Mock(make_settings(count=1)))) as first,
        BackgroundServer(create_app(Mock(make_settings(count=1)))) as second,
    ):
        yield [first.base_url, second.base_url]


def test_sessions_share_only_connections(servers: list[str]) -> None:
    sessions = Sessions(servers[0])
    first, second = sessions.create(), sessions.create()
    first.headers["X-Mine"], first.auth, first.verify = "1", ("a", "b"), False
    first.cookies.set("mine", "1")
    first.hooks["response"].append(lambda *_, **__: None)
    assert ("X-Mine" in second.headers, second.auth, second.verify) == (False, None, True)
    assert (len(second.cookies), second.hooks) == (0, {"response": []})
    for session in (first, second):
        assert session.get(f"{servers[0]}/_mock/health", timeout=5).json()["status"] == "ok"
    pool = sessions.create().get_adapter("http://").poolmanager.connection_from_url(servers[0])  # type: ignore[attr-defined]  # requests' own
    assert (pool.num_connections, pool.num_requests) == (1, 2)
    sessions.close()


def test_session_can_request_other_servers_and_proxies(servers: list[str]) -> None:
    session = Sessions(servers[0]).create()
    assert session.get(f"{servers[1]}/_mock/health", timeout=5).status_code == 200
    response = session.get("http://recmock.test/", proxies={"http": servers[1]}, timeout=5)
    assert response.status_code == 403  # refused by the proxy of the other server
    session.close()


def test_unreachable_https_server_raises_requests_connection_error(servers: list[str]) -> None:
    session = Sessions("https://127.0.0.1:1").create()
    with pytest.raises(requests.ConnectionError):
        session.get("https://127.0.0.1:1/_mock/health", timeout=5)
    session.close()
