from mockserver.testing import MockServer


def test_url_of_an_external_server_may_lack_its_scheme() -> None:
    assert MockServer(url="localhost:4010").base_url == "http://localhost:4010"
    assert MockServer(url="4010").base_url == "http://127.0.0.1:4010"
    assert MockServer(url="https://mock.test").base_url == "https://mock.test"
