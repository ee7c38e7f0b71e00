"""The same seed gives the same bodies, in any order and with concurrent clients."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
import requests

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.settings.choices import Profile
from tests.harness import make_settings


def fetch_bodies(order: int, profile: Profile) -> dict[str, bytes]:
    mock = Mock(make_settings(count=5000, profile=profile, public_url="http://recmock.test"))
    root = f"/2010-04-01/Accounts/{mock.demo.sid}"
    corpus = mock.account(mock.demo.sid).corpus
    targets = [
        f"{root}/Recordings/{corpus.get_sid(index)}.json?IncludeSoftDeleted=true" for index in range(0, 5000, 50)
    ]
    targets += [
        f"{root}/Recordings.json?PageSize=40&PageToken=PA{corpus.get_sid(index)}" for index in range(0, 5000, 250)
    ]
    targets += [f"/2010-04-01/Accounts/AC{number:032x}/Recordings.json?IncludeSoftDeleted=true" for number in range(20)]
    Random(order).shuffle(targets)
    with BackgroundServer(create_app(mock)) as server, requests.Session() as session:
        session.auth = (mock.demo.sid, "x")
        with ThreadPoolExecutor(8) as pool:
            found = pool.map(lambda target: session.get(server.base_url + target, timeout=30).content, targets)
            return dict(zip(targets, found, strict=True))


@pytest.mark.parametrize("profile", [Profile.REALISTIC, Profile.ADVERSARIAL])
def test_response_bodies_are_identical_for_any_request_order(profile: Profile) -> None:
    assert fetch_bodies(1, profile) == fetch_bodies(2, profile)
