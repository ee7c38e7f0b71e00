"""Paths with a slash twice, which clients make from a base URL with a slash at its end."""

import pytest

from tests.harness import Api

ACCOUNTS = "/2010-04-01/Accounts.json"
HOST = "http://localhost:4010"
"""Makes a URL absolute: httpx reads a path with two slashes at its start as another host."""


@pytest.mark.parametrize(
    "path",
    [
        HOST + "/{root}/Recordings.json?PageSize=1",
        HOST + "//{root}/Recordings.json?PageSize=1",
        "/2010-04-01//Accounts/{sid}/Recordings.json?PageSize=1",
        "/2010-04-01/Accounts//{sid}/Recordings.json?PageSize=1",
        "{root}//Recordings.json?PageSize=1",
    ],
)
def test_slash_twice_before_resources_is_tolerated_with_warning(api: Api, path: str) -> None:
    expected = api.get(f"{api.list_path}?PageSize=1")
    for _ in range(2):  # the second answer is from the cache
        answer = api.get(path.format(root=api.root, sid=api.mock.demo.sid))
        assert expected.content == answer.content
        assert "slash twice" in answer.headers["x-mock-warning"]
    assert "x-mock-warning" not in api.get(f"{api.list_path}?PageSize=1").headers
    assert "slash twice" in str(api.run_command("GET", "/doctor"))


def test_slash_twice_is_tolerated_for_every_operation(api: Api) -> None:
    assert [api.mock.demo.sid] == [account["sid"] for account in api.get(f"{HOST}/{ACCOUNTS}").json()["accounts"]]
    assert "x-mock-warning" in api.get(f"{HOST}/{ACCOUNTS}").headers
    unknown = api.get(f"{HOST}/{api.root}/Recordings/RE{'0' * 32}.json")
    assert unknown.json()["message"] == f"The requested resource {api.root}/Recordings/RE{'0' * 32}.json was not found"
    assert "slash twice" in unknown.headers["x-mock-warning"]
    assert api.get(f"{HOST}/{api.root}.json").json()["sid"] == api.mock.demo.sid


@pytest.mark.parametrize(
    "path", ["/2010-04-01/Accounts//Recordings.json", "{root}/Calls//Recordings.json", f"{HOST}//_mock/health"]
)
def test_slash_twice_in_the_place_of_a_sid_returns_404(api: Api, path: str) -> None:
    answer = api.get(path.format(root=api.root))
    assert answer.status_code == 404
    assert "x-mock-warning" not in answer.headers
