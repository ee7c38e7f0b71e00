import pytest

from generators.contract import find_violations
from mockserver.rest.representations.recording import RECORDING_KEYS
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.choices import Profile
from tests.harness import Api, make_settings


@pytest.mark.parametrize(
    ("headers", "wire"),
    [
        ({}, "schema"),
        ({"User-Agent": "curl/8"}, "schema"),
        ({"User-Agent": "twilio-python/9.13.0 (Linux x86_64) Python/3.11"}, "twilio"),
        ({"Host": "api.twilio.com"}, "twilio"),
        ({"Host": "api.twilio.com:443"}, "twilio"),
        ({"Host": "API.Twilio.com"}, "twilio"),
        ({"Host": "api.twilio.com.:443"}, "twilio"),
        ({"Host": "api.dublin.ie1.twilio.com"}, "twilio"),
        ({"Host": "twilio.com"}, "twilio"),
        ({"Host": "twilio"}, "schema"),
        ({"Host": "twilio.localhost:4010"}, "schema"),
        ({"Host": "mytwilio.com"}, "schema"),
        ({"Host": "api.twilio.com.example.test"}, "schema"),
        ({"Host": "twilio.com.br"}, "schema"),
        ({"X-Mock-Wire": "twilio"}, "twilio"),
        ({"X-Mock-Wire": "schema", "User-Agent": "twilio-node/6"}, "schema"),
    ],
)
def test_wire_auto_is_chosen_by_client_headers(api: Api, headers: dict[str, str], wire: str) -> None:
    answer = api.request("GET", api.list_path, headers)
    assert wire == answer.headers["x-mock-wire"]
    assert "X-Mock-Wire" in answer.headers["vary"]
    date = answer.json()["recordings"][0]["date_created"]
    assert date.endswith("+0000" if wire == "twilio" else "Z")


@pytest.mark.parametrize("setting", [WireSetting.TWILIO, WireSetting.SCHEMA])
def test_wire_setting_overrides_user_agent(setting: WireSetting) -> None:
    with Api(make_settings(wire=setting)) as api:
        for agent in ("curl/8", "twilio-ruby/7"):
            assert setting.value == api.get(api.list_path, user_agent=agent).headers["x-mock-wire"]
        assert api.get(api.list_path, x_mock_wire="schema").headers["x-mock-wire"] == "schema"


def test_unknown_wire_is_rejected(api: Api) -> None:
    answer = api.get(api.list_path, x_mock_wire="xml")
    assert answer.json()["code"] == 20001
    assert "X-Mock-Wire: expected twilio or schema, found 'xml'" in answer.headers["x-mock-reason"]


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("localhost:4010", "http://localhost:4010"),
        ("[::1]:4010", "http://[::1]:4010"),
        ('evil"host', "http://localhost:4010"),
        ("", "http://localhost:4010"),
    ],
)
def test_absolute_urls_use_host_header(api: Api, host: str, base: str) -> None:
    """An invalid Host is replaced by the server's address."""
    recording = api.get(api.list_path, host=host).json()["recordings"][0]
    assert recording["media_url"] == base + recording["uri"].removesuffix(".json")


def test_public_url_overrides_host_header() -> None:
    with Api(make_settings(public_url="https://mock.example.com")) as api:
        recording = api.get(api.list_path, host="other").json()["recordings"][0]
    assert recording["media_url"].startswith("https://mock.example.com/2010-04-01/")


@pytest.mark.parametrize("profile", [Profile.REALISTIC, Profile.ADVERSARIAL])
def test_generated_recordings_of_each_profile_conform_to_schema(profile: Profile) -> None:
    with Api(make_settings(count=600, profile=profile)) as api:
        found = api.list_recordings("IncludeSoftDeleted=true&PageSize=400")
        twilio = api.get(f"{api.list_path}?PageSize=1000", x_mock_wire="twilio").json()["recordings"]
    assert len(found) == api.get_account().corpus.count
    assert [violation for recording in found for violation in find_violations(recording)] == []
    assert {tuple(RECORDING_KEYS)} == {tuple(recording) for recording in twilio}
    if profile is Profile.ADVERSARIAL:
        assert len({tuple(recording) for recording in found}) > 50


def test_profiles_can_be_mixed() -> None:
    with Api(make_settings(count=640, mix="adversarial=0.25,deleted=0")) as api:
        found = api.list_recordings("IncludeSoftDeleted=true&PageSize=1000")
    assert sum("media_url" not in recording for recording in found) == 160


def test_empty_profile_has_no_recordings() -> None:
    with Api(make_settings(profile=Profile.EMPTY)) as api:
        assert api.list_recordings() == []


def test_cached_page_is_not_served_to_clients_of_another_host(api: Api) -> None:
    for host in ("localhost:4010", "mock.test:1", "localhost:4010"):
        for recording in api.get(f"{api.list_path}?PageSize=3", host=host).json()["recordings"]:
            assert recording["media_url"].startswith(f"http://{host}/2010-04-01/")
            fetched = api.get(api.get_recording_path(recording["sid"]), host=host).json()
            assert recording["media_url"] == fetched["media_url"]
