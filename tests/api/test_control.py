from mockserver import __version__
from mockserver.mock import Mock
from tests.harness import T0, Api, corpus_settings


def test_health_needs_nothing(api: Api) -> None:
    api.auth = None
    answer = api.get("/_mock/health")
    assert answer.json() == {"status": "ok", "version": __version__}
    assert "access-control-allow-origin" not in answer.headers
    assert api.request("HEAD", "/_mock/health").status_code == 200


def test_no_page_of_another_origin_is_invited(api: Api) -> None:
    answer = api.request("OPTIONS", "/_mock/health", {"Origin": "https://example.com"})
    assert [name for name in answer.headers if name.startswith("access-control")] == []


def test_control_is_read_only_so_far(api: Api) -> None:
    assert api.request("POST", "/_mock/health").json()["code"] == 20004


def test_a_sid_is_explained(api: Api) -> None:
    account = api.mock.account(api.mock.demo.sid)
    recording = account.corpus.sid(17)
    assert api.get(f"/_mock/sids/{recording}").json() == {
        "sid": recording,
        "kind": "recording",
        "account_sid": account.sid,
        "recordings": [17],
        "is_known": True,
        "why": "Recording 17 of 1000, counted from the oldest.",
    }
    other = "AC" + "1" * 32
    assert api.get(f"/_mock/sids/{recording}?account={other}").json()["recordings"] == []
    assert api.get("/_mock/sids/RE1?account=AC1").json()["code"] == 20001


def test_beyond_loopback_a_token_is_asked_for(api: Api) -> None:
    guarded = Api(corpus_settings())
    guarded.mock.control_token = "secret"
    guarded.auth = None
    with guarded:
        assert guarded.get("/_mock/sids/RE1").json()["code"] == 20003
        assert guarded.get("/_mock/sids/RE1", authorization="Bearer other").json()["code"] == 20003
        assert guarded.get("/_mock/sids/RE1", authorization="Bearer secret").json()["kind"] is None
        assert guarded.get("/_mock/health").status_code == 200


def test_two_mocks_never_see_each_other() -> None:
    with Api() as one, Api() as other:
        sid = one.page("PageSize=1")["recordings"][0]["sid"]
        one.request("DELETE", one.fetch_path(sid))
        assert one.get(one.fetch_path(sid)).status_code == 404
        assert other.get(other.fetch_path(sid)).status_code == 200


def test_request_ids_differ(api: Api) -> None:
    ids = {api.get(api.list_path).headers["twilio-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(len(each) == 34 and each.startswith("RQ") for each in ids)


def test_t0_is_the_full_hour_unless_given() -> None:
    assert Mock(corpus_settings(now=None)).account_factory.t0 % 3600 == 0
    assert Mock(corpus_settings()).account_factory.t0 == T0
