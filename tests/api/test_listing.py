from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from generators.contract import find_violations
from generators.model import Source, Status
from tests.accounts import make_scenario
from tests.harness import Api, make_settings


def test_first_page_has_twilios_envelope(api: Api) -> None:
    body = api.get_page("PageSize=2")
    assert list(body) == [
        *("first_page_uri", "end", "previous_page_uri", "uri", "page_size"),
        *("start", "recordings", "next_page_uri", "page"),
    ]
    assert body["first_page_uri"] == body["uri"] == f"{api.list_path}?PageSize=2&Page=0"
    assert (body["page"], body["page_size"], body["start"], body["end"]) == (0, 2, 0, 1)
    assert body["previous_page_uri"] is None
    last = body["recordings"][-1]["sid"]
    assert body["next_page_uri"] == f"{api.list_path}?PageSize=2&Page=1&PageToken=PA{last}"


def test_default_page_has_fifty_recordings_newest_first(api: Api) -> None:
    recordings = api.get_page()["recordings"]
    assert len(recordings) == 50
    dates = [recording["date_created"] for recording in recordings]
    assert dates == sorted(dates, reverse=True)


def test_second_page_links_to_next_and_previous_page(api: Api) -> None:
    first = api.get_page("PageSize=3")
    second = api.get(first["next_page_uri"]).json()
    assert (second["page"], second["start"], second["end"]) == (1, 3, 5)
    assert second["uri"] == first["next_page_uri"]
    newest = second["recordings"][0]["sid"]
    assert second["previous_page_uri"] == f"{api.list_path}?PageSize=3&Page=0&PageToken=PB{newest}"
    previous_page = api.get(second["previous_page_uri"]).json()
    assert previous_page["recordings"] == first["recordings"]
    assert previous_page["next_page_uri"] == first["next_page_uri"]
    assert previous_page["previous_page_uri"] is None


def test_pages_before_page_zero_are_numbered_zero(api: Api) -> None:
    sids = api.list_sids("PageSize=1000")
    page = api.get_page(f"PageSize=1&Page=0&PageToken=PB{sids[2]}")
    assert [sids[1]] == [recording["sid"] for recording in page["recordings"]]
    assert page["previous_page_uri"] == f"{api.list_path}?PageSize=1&Page=0&PageToken=PB{sids[1]}"
    first_page = api.get(page["previous_page_uri"]).json()
    assert [sids[0]] == [recording["sid"] for recording in first_page["recordings"]]
    assert (first_page["page"], first_page["previous_page_uri"]) == (0, None)


@pytest.mark.parametrize("token", ["P{}", "{}", "PC{}", "PAPB{}", "PA{}0", "PA {}", "pa{}", "PA", "0"])
def test_malformed_page_token_is_rejected(api: Api, token: str) -> None:
    sid = api.get_page("PageSize=2")["recordings"][0]["sid"]
    answer = api.get(f"{api.list_path}?PageToken={quote(token.format(sid))}")
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert "PageToken: expected PA or PB and a SID" in answer.headers["x-mock-reason"]


def test_last_page_has_no_next_page_uri(api: Api) -> None:
    oldest = api.mock.account(api.mock.demo.sid).corpus.get_sid(1)
    body = api.get_page(f"Page=7&PageToken=PA{oldest}")
    assert body["next_page_uri"] is None
    assert len(body["recordings"]) == 1
    assert (body["start"], body["end"]) == (350, 350)


def test_full_last_page_has_no_next_page_uri(api: Api) -> None:
    sids = api.list_sids("PageSize=1000")
    page = api.get_page(f"PageSize={len(sids)}")
    assert (len(page["recordings"]), page["next_page_uri"]) == (len(sids), None)
    last_page = api.get_page(f"PageSize=3&Page=7&PageToken=PA{sids[-4]}")
    assert sids[-3:] == [recording["sid"] for recording in last_page["recordings"]]
    assert last_page["next_page_uri"] is None


def test_changed_generated_recording_is_listed_once_in_its_place(api: Api) -> None:
    sids = api.list_sids("PageSize=1000")
    api.run_command("POST", f"/recordings/{sids[20]}", {"set": {"price": "-0.5"}})
    assert sids == api.list_sids("PageSize=1000")


def test_empty_list_starts_and_ends_at_zero() -> None:
    with Api(make_settings(count=0)) as api:
        body = api.get_page()
    assert body["recordings"] == []
    assert (body["start"], body["end"], body["next_page_uri"], body["previous_page_uri"]) == (0, 0, None, None)


def test_empty_page_after_last_links_to_previous_page(api: Api) -> None:
    corpus = api.mock.account(api.mock.demo.sid).corpus
    visible = [sid for sid in map(corpus.get_sid, range(10)) if api.get(api.get_recording_path(sid)).status_code == 200]
    token = api.get_page("PageSize=1000&Page=0")["recordings"][-len(visible)]["sid"]
    for sid in visible:
        if sid != token:
            assert api.request("DELETE", api.get_recording_path(sid)).status_code == 204
    body = api.get_page(f"Page=3&PageToken=PA{token}")
    assert body["recordings"] == []
    assert (body["start"], body["end"], body["next_page_uri"]) == (0, 0, None)
    previous_page = api.get(body["previous_page_uri"]).json()
    assert previous_page["recordings"][-1]["sid"] == token


def test_empty_page_past_the_oldest_links_to_the_page_before_it(api: Api) -> None:
    parts = ("Recordings", "Transcriptions", "Calls", "Conferences")
    corpus = api.get_account().corpus
    with_results = (f"Recordings/{corpus.get_sid(index)}/AddOnResults" for index in range(100))
    found = next(path for path in with_results if api.get_in_account(f"{path}.json").json().get("add_on_results"))
    for path in (*parts, found, f"Calls/{corpus.generate_recording(0).call_sid}/Recordings"):
        everything = walk_back_and_forth(api, f"{api.root}/{path}.json")
        assert everything, path


def walk_back_and_forth(api: Api, path: str) -> list[str]:
    """Read a list, then the empty page past its oldest record, and from there all pages back to the newest."""
    key = path.split("/")[-1].removesuffix(".json")
    key = {"AddOnResults": "add_on_results"}.get(key, key.lower())
    page = api.get(f"{path}?PageSize=400").json()
    sids = [record["sid"] for record in page[key]]
    while page["next_page_uri"]:
        page = api.get(page["next_page_uri"]).json()
        sids += [record["sid"] for record in page[key]]
    empty = api.get(f"{path}?PageSize=400&Page=9&PageToken=PA{sids[-1]}").json()
    assert (empty[key], empty["start"], empty["end"], empty["next_page_uri"]) == ([], 0, 0, None)
    back: list[str] = []
    page = empty
    while page["previous_page_uri"]:
        assert "PageToken=PB" in page["previous_page_uri"]
        page = api.get(page["previous_page_uri"]).json()
        back = [record["sid"] for record in page[key]] + back
    assert back == sids
    beyond = empty["previous_page_uri"].rpartition("PB")[2]
    still_empty = api.get(f"{path}?PageToken=PA{beyond}").json()
    assert (still_empty[key], still_empty["next_page_uri"]) == ([], None)
    assert api.get(still_empty["previous_page_uri"]).json()[key][-1]["sid"] == sids[-1]
    assert api.get(f"/_mock/sids/{beyond}").json()["recordings"] == []
    return sids


def test_empty_page_past_the_oldest_counts_filters(api: Api) -> None:
    call = api.get_account().corpus.generate_recording(0).call_sid
    oldest = api.list_sids(f"CallSid={call}")[-1]
    empty = api.get_page(f"CallSid={call}&PageToken=PA{oldest}")
    assert oldest == api.get(empty["previous_page_uri"]).json()["recordings"][-1]["sid"]
    other = api.get_page(f"CallSid=CA{'0' * 32}&PageToken=PA{api.get_account().corpus.get_sid(0)}")
    assert (other["recordings"], other["previous_page_uri"]) == ([], None)


def test_empty_page_before_first_links_to_next_page(api: Api) -> None:
    newest = api.get_page("PageSize=1")["recordings"][0]["sid"]
    body = api.get_page(f"PageToken=PB{newest}")
    assert body["recordings"] == []
    assert body["previous_page_uri"] is None
    assert newest == api.get(body["next_page_uri"]).json()["recordings"][0]["sid"]


def test_page_uris_repeat_filters_escaped_before_paging_parameters(api: Api) -> None:
    query = "Foo=a%20b%26c&DateCreated%3C=2025-12-31T00%3A00%3A00%2B02%3A00&PageSize=1&Bar="
    body = api.get_page(query)
    filters = "Foo=a%20b%26c&DateCreated%3C=2025-12-31T00%3A00%3A00%2B02%3A00&Bar="
    assert body["uri"] == f"{api.list_path}?{filters}&PageSize=1&Page=0"
    assert body["next_page_uri"].startswith(f"{api.list_path}?{filters}&PageSize=1&Page=1&PageToken=PARE")
    pairs = parse_qsl(urlsplit(body["next_page_uri"]).query, keep_blank_values=True)
    assert pairs[:3] == [("Foo", "a b&c"), ("DateCreated<", "2025-12-31T00:00:00+02:00"), ("Bar", "")]


def test_unknown_parameter_adds_warning_header(api: Api) -> None:
    for _ in range(2):  # the second response comes from the cache
        answer = api.get(f"{api.list_path}?pagesize=3&Foo=%0a&PageSize=2&DateCreated=")
        warnings = answer.headers.get_list("x-mock-warning")
        assert warnings == [
            "'pagesize' is not a parameter of this operation, and was ignored. Did you mean PageSize?",
            "'Foo' is not a parameter of this operation, and was ignored.",
        ]
    parameters = (
        "PageSize=2&CallSid=&ConferenceSid=&IncludeSoftDeleted=&DateCreated%3C=&DateCreated%3E=&Page=&PageToken="
    )
    assert "x-mock-warning" not in api.get(f"{api.list_path}?{parameters}").headers
    assert "x-mock-warning" not in api.get(api.get_page("PageSize=2")["next_page_uri"]).headers


def test_page_token_can_name_filtered_out_recording(api: Api) -> None:
    everything = api.list_recordings("PageSize=1000")
    token = everything[100]["sid"]
    call = everything[120]["call_sid"]
    expected = [recording for recording in everything if recording["call_sid"] == call]
    assert expected == api.get_page(f"CallSid={call}&PageToken=PA{token}")["recordings"]


@pytest.fixture(scope="module")
def large_api() -> Iterator[Api]:
    with Api(make_settings(count=2000)) as api:
        yield api


def test_paging_lists_every_visible_recording_once(large_api: Api) -> None:
    corpus = large_api.mock.account(large_api.mock.demo.sid).corpus
    visible = [
        corpus.get_sid(i) for i in reversed(range(corpus.count)) if corpus.layout.get_status(i) is not Status.DELETED
    ]
    assert visible == large_api.list_sids("PageSize=70")
    assert len(visible) == 2000, "a list shows the number of --count at T0"
    recordings = large_api.list_recordings("IncludeSoftDeleted=true&PageSize=1000")
    assert [corpus.get_sid(i) for i in reversed(range(corpus.count))] == [recording["sid"] for recording in recordings]
    assert {recording["status"] for recording in recordings} == set(Status)
    assert {recording["source"] for recording in recordings} == set(Source)
    assert [found for recording in recordings for found in find_violations(recording)] == []


def test_call_and_conference_filters_select_their_recordings(large_api: Api) -> None:
    everything = large_api.list_recordings("PageSize=1000")
    for recording in everything[::97]:
        expected = [candidate["sid"] for candidate in everything if candidate["call_sid"] == recording["call_sid"]]
        assert expected == large_api.list_sids(f"CallSid={recording['call_sid']}")
        assert expected == large_api.list_sids(f"CallSid=CA{recording['call_sid'][2:].upper()}")
    conference = next(recording["conference_sid"] for recording in everything if recording["conference_sid"])
    expected = [candidate["sid"] for candidate in everything if candidate["conference_sid"] == conference]
    assert expected == large_api.list_sids(f"ConferenceSid={conference}&PageSize=1")
    assert large_api.list_sids(f"CallSid=CA{'0' * 32}") == []
    assert large_api.list_sids(f"ConferenceSid=CF{'0' * 32}") == []


@pytest.mark.parametrize("wire", ["twilio", "schema"])
def test_date_filters_equal_brute_force_selection(large_api: Api, wire: str) -> None:
    everything = large_api.list_recordings("PageSize=1000")
    instant = everything[500]["date_created"]
    day = instant[:10]
    expected = {
        f"DateCreated={day}": [r for r in everything if r["date_created"][:10] == day],
        f"DateCreated={instant}": [r for r in everything if r["date_created"] == instant],
        f"DateCreated%3C={instant}": [r for r in everything if r["date_created"] <= instant],
        f"DateCreated%3E={instant}": [r for r in everything if r["date_created"] >= instant],
        f"DateCreated>={day}": [r for r in everything if r["date_created"] >= f"{day}T00:00:00Z"],
        f"DateCreated<={day}": [r for r in everything if r["date_created"] <= f"{day}T00:00:00Z"],
    }
    for query, selected in expected.items():
        assert selected, query
        page = large_api.get(f"{large_api.list_path}?{query}&PageSize=1000", x_mock_wire=wire).json()
        if len(selected) <= 1000:
            assert [recording["sid"] for recording in selected] == [r["sid"] for r in page["recordings"]]
        assert [recording["sid"] for recording in selected] == large_api.list_sids(f"{query}&PageSize=333")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("DateCreated={}", ["second"]),
        ("DateCreated%3C={}", ["second", "first"]),
        ("DateCreated%3E={}", ["third", "second"]),
        ("DateCreated%3C={0}&DateCreated%3E={0}", ["second"]),
    ],
)
def test_date_filters_include_their_own_second_of_created_recordings(query: str, expected: list[str]) -> None:
    instants = [f"2025-12-01T10:00:0{number}Z" for number in range(3)]
    recordings = [
        {"id": handle, "date_created": instant}
        for handle, instant in zip(("first", "second", "third"), instants, strict=True)
    ]
    with Api(make_settings(count=0), make_scenario(recordings=recordings)) as api:
        sids = [api.get_account().resolve_handle(handle) for handle in expected]
        assert sids == api.list_sids(query.format(instants[1]))
