"""The doctor: for each habit, a client that has it and one that does not."""

from collections.abc import Callable
from typing import Any

import pytest
from twilio.rest import Client

from generators.model import Status
from mockserver.app import create_app
from mockserver.journal.doctor.report import Report
from mockserver.journal.doctor.rules import RULES, examine
from mockserver.rest.auth import AuthSetting
from mockserver.server.listener import BackgroundServer
from mockserver.settings.choices import MediaAuth
from scenarios.model import Pick, Scenario
from scenarios.operations import Operation
from scenarios.plans import CorpusPlan
from scenarios.rules import Fault, PageDriftRule, Sequence, Then, When
from scenarios.statuses import RecordingStatus
from scenarios.steps import Step
from tests.harness import Api, make_settings
from tests.journal_entries import LIST_PATH, OTHER_SIDS, SECRET, make_entry, make_journal

CALL = "CA" + "1" * 32
DELETION = Step(status=RecordingStatus.DELETED)
ClientAction = Callable[[Api], object]


def get_first_page(api: Api, query: str = "PageSize=5") -> dict[str, Any]:
    return api.get_page(query)


def follow_next_page(api: Api) -> None:
    page = get_first_page(api, "DateCreated%3E=2025-12-01&PageSize=5")
    api.get(page["next_page_uri"])


def sort_query_like_ruby(api: Api) -> None:
    path, _, query = get_first_page(api)["next_page_uri"].partition("?")
    page = api.get(f"{path}?{'&'.join(sorted(query.split('&')))}").json()
    api.get(page["previous_page_uri"])


def continue_paging_after_clear(api: Api) -> None:
    page = get_first_page(api)
    api.call_control_api("DELETE", "/requests")
    page = api.get(page["next_page_uri"]).json()
    api.get(page["next_page_uri"])


def request_page_by_number(api: Api) -> None:
    get_first_page(api)
    api.get(f"{api.list_path}?PageSize=5&Page=1")


def build_page_token(api: Api) -> None:
    sid = get_first_page(api)["recordings"][-2]["sid"]
    api.get(f"{api.list_path}?PageSize=5&Page=1&PageToken=PA{sid}")


def drop_filters(api: Api) -> None:
    page = get_first_page(api, "DateCreated%3E=2025-12-01&PageSize=5")
    token = page["next_page_uri"].rpartition("=")[2]
    api.get(f"{api.list_path}?PageSize=6&Page=1&PageToken={token}")


def add_parameter(api: Api) -> None:
    api.get(f"{get_first_page(api)['next_page_uri']}&CallSid={CALL}")


def use_token_in_other_list(api: Api) -> None:
    token = get_first_page(api)["next_page_uri"].rpartition("=")[2]
    api.get_in_account(f"Calls/{CALL}/Recordings.json?PageSize=5&Page=1&PageToken={token}")


def make_throttled_mock() -> Api:
    fault = Fault(when=When(op=Operation.LIST_RECORDINGS), then=Then(status=429, retry_after=600), times=1)
    return Api(make_settings(), Scenario(name="throttled", faults=(fault,)))


def retry_too_early(api: Api) -> None:
    api.get(f"{api.list_path}?PageSize=5")
    api.get(f"{api.list_path}?PageSize=5")


def wait_before_retry(api: Api) -> None:
    api.get(f"{api.list_path}?PageSize=5")
    api.get(f"{api.list_path}?PageSize=6")
    api.advance(600)
    api.get(f"{api.list_path}?PageSize=5")


def build_download(status: Status) -> ClientAction:
    return lambda api: api.get_in_account(f"Recordings/{api.find_sid(status)}.mp3")


def download_deleted_media(api: Api) -> None:
    sid = api.find_sid(Status.COMPLETED)
    api.request("DELETE", api.get_recording_path(sid))
    api.get_in_account(f"Recordings/{sid}.wav")


def download_without_credentials(api: Api) -> None:
    credentials, api.auth = api.auth, None
    build_download(Status.COMPLETED)(api)
    api.auth = credentials


def download_with_credentials_after_401(api: Api) -> None:
    download_without_credentials(api)
    build_download(Status.COMPLETED)(api)


def make_public_media_mock() -> Api:
    return Api(make_settings(media_auth=MediaAuth.PUBLIC))


def download_with_and_without_credentials(api: Api) -> None:
    build_download(Status.COMPLETED)(api)
    download_without_credentials(api)
    build_download(Status.COMPLETED)(api)


def read_first_page(api: Api) -> None:
    get_first_page(api, "DateCreated%3E=2025-12-01")
    get_first_page(api, "DateCreated%3E=2025-12-02&PageSize=5")


def read_all_pages(api: Api) -> None:
    api.list_recordings("DateCreated%3E=2025-12-20")


def read_short_list(api: Api) -> None:
    get_first_page(api, "DateCreated%3E=2025-12-31")


def build_fetches(count: int, pause: float = 0) -> ClientAction:
    def fetch(api: Api) -> None:
        sids = [recording["sid"] for recording in get_first_page(api, "PageSize=20")["recordings"]]
        api.advance(pause)
        for sid in (sids * 2)[:count]:
            api.get(api.get_recording_path(sid))
        api.get(api.get_recording_path(api.get_account().corpus.get_sid(0)))
        api.get(api.get_recording_path("RE1"))

    return fetch


def misspell_parameter(api: Api) -> None:
    api.get_page("PageSize=5&pagesize=5")


def build_create(events: str) -> ClientAction:
    return lambda api: api.post(
        f"Calls/{CALL}/Recordings.json",
        RecordingStatusCallback="http://127.0.0.1:9/",
        RecordingStatusCallbackEvent=events.split(","),
    )


def create_queue(api: Api) -> None:
    api.post("Queues.json", FriendlyName="support")
    api.post("Queues.json", FriendlyName="sales")


def send_to(method: str, path: str) -> ClientAction:
    return lambda api: api.request(method, path.replace("ROOT", api.root))


def fetch_on_other_host(api: Api) -> None:
    entry = {"path": "/v2/Services", "headers": ((b"host", b"verify.twilio.com"),), "reason": "Only api.twilio.com."}
    api.get_account().journal.add(make_entry(0, operation=None, status=404, **entry))


BAD_CLIENTS: dict[str, tuple[Callable[[], Api], ClientAction, str]] = {
    "counted": (Api, request_page_by_number, "Page=1 without a PageToken"),
    "token made": (Api, build_page_token, "no earlier next_page_uri contains this PageToken"),
    "filters lost": (
        Api,
        drop_filters,
        "next_page_uri was changed: without DateCreated>=2025-12-01, PageSize=5 and with PageSize=6",
    ),
    "added": (Api, add_parameter, f"next_page_uri was changed: with CallSid={CALL}"),
    "mixed": (Api, use_token_in_other_list, "its PageToken belongs to another list, /2010-04-01/"),
    "again": (
        make_throttled_mock,
        retry_too_early,
        "request 0 asked the client to wait 600 s, but it came back sooner",
    ),
    "processing": (Api, build_download(Status.PROCESSING), "-> 404: the recording was processing"),
    "absent": (Api, build_download(Status.ABSENT), "-> 404: the recording was absent"),
    "bare": (Api, download_without_credentials, "-> 401: sent without credentials"),
    "public": (make_public_media_mock, download_with_and_without_credentials, "-> 200: sent without credentials"),
    "first page": (Api, read_first_page, "its next_page_uri was never followed"),
    "n + 1": (Api, build_fetches(12), "12 or more recordings were fetched one by one after a list had shown them"),
    "misspelt": (
        Api,
        misspell_parameter,
        "'pagesize' is not a parameter of this operation, and was ignored. Did you mean PageSize?",
    ),
    "retired": (Api, build_create("completed,failed"), "RecordingStatusCallbackEvent=failed: Twilio documents"),
    "queue": (Api, create_queue, "/Queues.json -> 404, 2 times: Not emulated. Below an account this mock serves"),
    "account": (Api, send_to("POST", "ROOT.json"), ".json -> 404: Not emulated: Twilio answers POST here."),
    "method": (Api, send_to("PUT", "ROOT/Recordings.json"), "/Recordings.json -> 405: Expected GET, OPTIONS here"),
    "no account": (Api, send_to("GET", "/2010-04-01/Recordings.json"), "GET /2010-04-01/Recordings.json -> 404: Not"),
    "bad account": (Api, send_to("GET", "/2010-04-01/Accounts/None/Calls.json"), "-> 404: Expected an AccountSid"),
    "other host": (Api, fetch_on_other_host, "GET https://verify.twilio.com/v2/Services -> 404: Only api.twilio.com."),
}
RULE_BY_HABIT = {
    **dict.fromkeys(("counted", "token made", "filters lost", "added", "mixed"), "pages_built_by_hand"),
    "again": "retry_after_ignored",
    **dict.fromkeys(("processing", "absent"), "media_before_completion"),
    **dict.fromkeys(("bare", "public"), "media_without_credentials"),
    "first page": "no_paging",
    "n + 1": "one_fetch_per_listed_recording",
    "misspelt": "ignored_parameters",
    "retired": "deprecated_parameters",
    **dict.fromkeys(("queue", "account", "method", "no account", "bad account", "other host"), "no_endpoint"),
}
GOOD_CLIENTS: dict[str, tuple[Callable[[], Api], ClientAction]] = {
    "nothing": (Api, lambda api: None),
    "following": (Api, follow_next_page),
    "sorting as Ruby": (Api, sort_query_like_ruby),
    "going on": (Api, continue_paging_after_clear),
    "waiting": (make_throttled_mock, wait_before_retry),
    "completed": (Api, build_download(Status.COMPLETED)),
    "deleted meanwhile": (Api, download_deleted_media),
    "challenged": (Api, download_with_credentials_after_401),
    "all pages": (Api, read_all_pages),
    "short list": (Api, read_short_list),
    "few fetches": (Api, build_fetches(9)),
    "later fetches": (Api, build_fetches(20, pause=301)),
    "events": (Api, build_create("in-progress,completed")),
}


@pytest.mark.parametrize("habit", BAD_CLIENTS)
def test_bad_client_habit_is_reported(habit: str) -> None:
    make_mock, run_client, explanation = BAD_CLIENTS[habit]
    with make_mock() as api:
        run_client(api)
        report = api.call_control_api("GET", "/doctor")
    assert not report["is_clean"]
    (finding,) = report["findings"]
    assert finding["rule"] == RULE_BY_HABIT[habit]
    assert explanation in finding["seen"][0]
    assert finding["advice"]
    assert finding["requests"]


@pytest.mark.parametrize("habit", GOOD_CLIENTS)
def test_good_client_has_no_findings(habit: str) -> None:
    make_mock, run_client = GOOD_CLIENTS[habit]
    with make_mock() as api:
        run_client(api)
        report = api.call_control_api("GET", "/doctor")
    assert (report["is_clean"], report["findings"], report["dropped"]) == (True, [], 0)


def test_every_doctor_rule_has_a_test_client() -> None:
    assert {rule.name for rule in RULES} == {*RULE_BY_HABIT.values(), "unused_rules"}


def test_requests_without_account_or_accepted_credentials_are_not_logged() -> None:
    with Api(make_settings(auth=AuthSetting.STRICT)) as api:
        api.auth = None
        api.get("/favicon.ico")
        api.auth = (OTHER_SIDS[0], "x")
        api.get("/2010-04-01/Recordings.json")
        assert len(api.get_account().journal) == 0


def test_request_without_endpoint_is_logged_once_the_account_of_its_credentials_can_be_set_up() -> None:
    scenario = Scenario(name="too-many", corpus=CorpusPlan(count=0), pick=(Pick(id="one", timeline=(DELETION,)),))
    with Api() as api:
        api.mock.scenario = scenario
        api.auth = (OTHER_SIDS[0], "x")
        assert api.get("/2010-04-01/Recordings.json").status_code == 404
        assert api.mock.find_account(OTHER_SIDS[0]) is None


def test_rules_of_scenario_that_were_never_applied_are_reported() -> None:
    when = When(op=Operation.LIST_RECORDINGS)
    scenario = Scenario(
        name="unused",
        faults=(
            Fault(when=When(op=Operation.FETCH_RECORDING), then=Then(status=500)),
            Fault(when=When(op=Operation.FETCH_TRANSCRIPTION), then=Then(status=500), probability=0.1),
            Fault(when=When(op=Operation.LIST_RECORDINGS, every=3), then=Then(status=503)),
        ),
        sequences=(Sequence(when=when, answers=("ok", 500)), Sequence(when=when, answers=(500,))),
        page_drift=(PageDriftRule(when=When(op=Operation.LIST_RECORDINGS, page=9), insert=1), PageDriftRule(insert=1)),
    )
    with Api(scenario=scenario) as api:
        assert api.call_control_api("GET", "/doctor")["is_clean"]
        get_first_page(api)
        api.call_control_api("POST", "/faults", {"faults": [{"when": {"op": "list_calls"}, "then": {"status": 500}}]})
        (finding,) = api.call_control_api("GET", "/doctor")["findings"]
    assert (finding["rule"], finding["severity"], finding["requests"]) == ("unused_rules", "warning", [])
    assert finding["seen"] == [
        "rule 0 matched none. Fault: fetch_recording: 500.",
        "rule 2 matched 1 and was applied to none. Fault: list_recordings, one in every 3: 503.",
        "rule 4 matched none. Sequence: list_recordings: 500, and so on.",
        "no page was followed by it. Page drift: after list_recordings, page 9, once: 1 inserted.",
    ]


def test_python_sdk_has_no_findings() -> None:
    with Api() as api, BackgroundServer(create_app(api.mock)) as server:
        client = Client(*(api.auth or ("", "")))
        client.api.base_url = server.base_url
        assert len(client.recordings.list()) > 900
        assert len(client.recordings.list(limit=120, page_size=50)) == 120
        assert len(client.recordings.list(limit=20)) == 20
        assert examine(api.get_account().journal).is_clean


def test_report_orders_findings_by_severity_and_limits_examples(api: Api) -> None:
    misspell_parameter(api)
    for _ in range(25):
        request_page_by_number(api)
    report = examine(api.get_account().journal)
    assert [(finding.rule, finding.count) for finding in report.findings] == [
        ("pages_built_by_hand", 25),
        ("ignored_parameters", 1),
    ]
    assert (len(report.findings[0].seen), len(report.findings[0].requests)) == (3, 20)
    assert (report.requests, report.is_clean) == (51, False)
    lines = str(report).splitlines()
    assert lines[0] == "error: pages_built_by_hand"
    assert lines[4] == "  and 22 more"
    assert lines[5].startswith("  -> Follow next_page_uri")
    assert lines[-1] == "Requests examined: 51."


def test_report_counts_dropped_requests(api_in_memory: Api) -> None:
    api = api_in_memory
    page = get_first_page(api)
    for other_sid in OTHER_SIDS:
        api.mock.account(other_sid)
    api.get(page["next_page_uri"])  # the list that offered it was dropped, so the rule cannot decide
    report = examine(api.get_account().journal)
    expected = "No findings. Requests examined: 1, no longer in the journal: 1."
    assert expected == str(report)
    assert report.is_clean


def test_empty_journal_has_no_findings() -> None:
    assert examine(make_journal()) == Report(is_clean=True, findings=(), requests=0, dropped=0)
    assert str(examine(make_journal())) == "No findings. Requests examined: 0."


def test_retry_after_accepts_real_time_when_clock_is_frozen() -> None:
    throttled = {"status": 429, "response_headers": ((b"retry-after", b"2"),), "seconds": 0.5}
    assert examine(make_journal(throttled, {"tick": 2.5})).is_clean
    assert not examine(make_journal(throttled, {"tick": 2.25})).is_clean


def test_report_contains_no_secrets() -> None:
    query = f"PageSize=5&Page=1&Token={SECRET}".encode()
    report = examine(make_journal({"query": query, "response_headers": ((b"x-mock-warning", b"x"),)}))
    assert len(report.findings) == 2
    assert SECRET not in str(report)
    assert make_entry(0, path=LIST_PATH, query=query).target in report.findings[0].seen[0]
