"""The doctor: for each habit, a client that has it and one that does not."""

from collections.abc import Callable
from typing import Any

import pytest
from twilio.rest import Client

from generators.model import Status
from mockserver.app import create_app
from mockserver.journal.doctor.report import Report
from mockserver.journal.doctor.rules import RULES, examine
from mockserver.server.listener import BackgroundServer
from mockserver.settings.settings import MediaAuth
from scenarios.model import Scenario
from scenarios.operations import Operation
from scenarios.rules import Fault, Then, When
from tests.harness import Api, corpus_settings
from tests.journal_entries import LIST, OTHERS, SECRET, entry, journal_of

CALL = "CA" + "1" * 32
Use = Callable[[Api], object]


def first_page(api: Api, query: str = "PageSize=5") -> dict[str, Any]:
    return api.page(query)


def following(api: Api) -> None:
    page = first_page(api, "DateCreated%3E=2025-12-01&PageSize=5")
    api.get(page["next_page_uri"])


def sorting_as_ruby(api: Api) -> None:
    path, _, query = first_page(api)["next_page_uri"].partition("?")
    page = api.get(f"{path}?{'&'.join(sorted(query.split('&')))}").json()
    api.get(page["previous_page_uri"])


def going_on_after_a_rest(api: Api) -> None:
    page = first_page(api)
    api.control("DELETE", "/requests")
    page = api.get(page["next_page_uri"]).json()
    api.get(page["next_page_uri"])


def counting(api: Api) -> None:
    first_page(api)
    api.get(f"{api.list_path}?PageSize=5&Page=1")


def making_tokens(api: Api) -> None:
    sid = first_page(api)["recordings"][-2]["sid"]
    api.get(f"{api.list_path}?PageSize=5&Page=1&PageToken=PA{sid}")


def losing_filters(api: Api) -> None:
    page = first_page(api, "DateCreated%3E=2025-12-01&PageSize=5")
    token = page["next_page_uri"].rpartition("=")[2]
    api.get(f"{api.list_path}?PageSize=6&Page=1&PageToken={token}")


def adding_parameters(api: Api) -> None:
    api.get(f"{first_page(api)['next_page_uri']}&CallSid={CALL}")


def mixing_lists(api: Api) -> None:
    token = first_page(api)["next_page_uri"].rpartition("=")[2]
    api.below(f"Calls/{CALL}/Recordings.json?PageSize=5&Page=1&PageToken={token}")


def throttled() -> Api:
    fault = Fault(when=When(op=Operation.LIST_RECORDINGS), then=Then(status=429, retry_after=600), times=1)
    return Api(corpus_settings(), Scenario(name="throttled", faults=(fault,)))


def asking_again(api: Api) -> None:
    api.get(f"{api.list_path}?PageSize=5")
    api.get(f"{api.list_path}?PageSize=5")


def waiting(api: Api) -> None:
    api.get(f"{api.list_path}?PageSize=5")
    api.get(f"{api.list_path}?PageSize=6")
    api.advance(600)
    api.get(f"{api.list_path}?PageSize=5")


def media_of(status: Status) -> Use:
    return lambda api: api.below(f"Recordings/{api.sid_of(status)}.mp3")


def media_of_what_was_deleted(api: Api) -> None:
    sid = api.sid_of(Status.COMPLETED)
    api.request("DELETE", api.fetch_path(sid))
    api.below(f"Recordings/{sid}.wav")


def media_without_credentials(api: Api) -> None:
    credentials, api.auth = api.auth, None
    media_of(Status.COMPLETED)(api)
    api.auth = credentials


def media_when_challenged(api: Api) -> None:
    media_without_credentials(api)
    media_of(Status.COMPLETED)(api)


def public() -> Api:
    return Api(corpus_settings(media_auth=MediaAuth.PUBLIC))


def media_with_credentials_too(api: Api) -> None:
    media_of(Status.COMPLETED)(api)
    media_without_credentials(api)
    media_of(Status.COMPLETED)(api)


def reading_the_first_page(api: Api) -> None:
    first_page(api, "DateCreated%3E=2025-12-01")
    first_page(api, "DateCreated%3E=2025-12-02&PageSize=5")


def reading_all_pages(api: Api) -> None:
    api.walk("DateCreated%3E=2025-12-20")


def reading_a_short_list(api: Api) -> None:
    first_page(api, "DateCreated%3E=2025-12-31")


def fetching(count: int, pause: float = 0) -> Use:
    def fetch(api: Api) -> None:
        sids = [each["sid"] for each in first_page(api, "PageSize=20")["recordings"]]
        api.advance(pause)
        for sid in (sids * 2)[:count]:
            api.get(api.fetch_path(sid))
        api.get(api.fetch_path(api.account().corpus.get_sid(0)))
        api.get(api.fetch_path("RE1"))

    return fetch


def misspelling(api: Api) -> None:
    api.page("PageSize=5&pagesize=5")


def creating(events: str) -> Use:
    return lambda api: api.post(
        f"Calls/{CALL}/Recordings.json",
        RecordingStatusCallback="http://127.0.0.1:9/",
        RecordingStatusCallbackEvent=events.split(","),
    )


BAD: dict[str, tuple[Callable[[], Api], Use, str]] = {
    "counted": (Api, counting, "Page=1 without a PageToken"),
    "token made": (Api, making_tokens, "no earlier next_page_uri contains this PageToken"),
    "filters lost": (
        Api,
        losing_filters,
        "next_page_uri was changed: without DateCreated>=2025-12-01, PageSize=5 and with PageSize=6",
    ),
    "added": (Api, adding_parameters, f"next_page_uri was changed: with CallSid={CALL}"),
    "mixed": (Api, mixing_lists, "its PageToken belongs to another list, /2010-04-01/"),
    "again": (throttled, asking_again, "request 0 asked the client to wait 600 s, but it came back sooner"),
    "processing": (Api, media_of(Status.PROCESSING), "-> 404: the recording was processing"),
    "absent": (Api, media_of(Status.ABSENT), "-> 404: the recording was absent"),
    "bare": (Api, media_without_credentials, "-> 401: sent without credentials"),
    "public": (public, media_with_credentials_too, "-> 200: sent without credentials"),
    "first page": (Api, reading_the_first_page, "its next_page_uri was never followed"),
    "n + 1": (Api, fetching(12), "12 or more recordings were fetched one by one after a list had shown them"),
    "misspelt": (
        Api,
        misspelling,
        "'pagesize' is not a parameter of this operation, and was ignored. Did you mean PageSize?",
    ),
    "retired": (Api, creating("completed,failed"), "RecordingStatusCallbackEvent=failed: Twilio documents"),
}
RULE_OF = {
    **dict.fromkeys(("counted", "token made", "filters lost", "added", "mixed"), "pages_built_by_hand"),
    "again": "retry_after_ignored",
    **dict.fromkeys(("processing", "absent"), "media_before_completion"),
    **dict.fromkeys(("bare", "public"), "media_without_credentials"),
    "first page": "no_paging",
    "n + 1": "one_fetch_per_listed_recording",
    "misspelt": "ignored_parameters",
    "retired": "deprecated_parameters",
}
GOOD: dict[str, tuple[Callable[[], Api], Use]] = {
    "nothing": (Api, lambda api: None),
    "following": (Api, following),
    "sorting as Ruby": (Api, sorting_as_ruby),
    "going on": (Api, going_on_after_a_rest),
    "waiting": (throttled, waiting),
    "completed": (Api, media_of(Status.COMPLETED)),
    "deleted meanwhile": (Api, media_of_what_was_deleted),
    "challenged": (Api, media_when_challenged),
    "all pages": (Api, reading_all_pages),
    "short list": (Api, reading_a_short_list),
    "few fetches": (Api, fetching(9)),
    "later fetches": (Api, fetching(20, pause=301)),
    "events": (Api, creating("in-progress,completed")),
}


@pytest.mark.parametrize("habit", BAD)
def test_bad_client_habit_is_reported(habit: str) -> None:
    make, use, what = BAD[habit]
    with make() as api:
        use(api)
        report = api.control("GET", "/doctor")
    assert not report["is_clean"]
    (finding,) = report["findings"]
    assert finding["rule"] == RULE_OF[habit]
    assert what in finding["seen"][0]
    assert finding["advice"]
    assert finding["requests"]


@pytest.mark.parametrize("habit", GOOD)
def test_good_client_has_no_findings(habit: str) -> None:
    make, use = GOOD[habit]
    with make() as api:
        use(api)
        report = api.control("GET", "/doctor")
    assert (report["is_clean"], report["findings"], report["dropped"]) == (True, [], 0)


def test_every_doctor_rule_has_a_test_client() -> None:
    assert {rule.name for rule in RULES} == set(RULE_OF.values())


def test_python_sdk_has_no_findings() -> None:
    with Api() as api, BackgroundServer(create_app(api.mock)) as server:
        client = Client(*(api.auth or ("", "")))
        client.api.base_url = server.base_url
        assert len(client.recordings.list()) > 900
        assert len(client.recordings.list(limit=120, page_size=50)) == 120
        assert len(client.recordings.list(limit=20)) == 20
        assert examine(api.account().journal).is_clean


def test_report_orders_findings_by_severity_and_limits_examples(api: Api) -> None:
    misspelling(api)
    for _ in range(25):
        counting(api)
    report = examine(api.account().journal)
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
    assert lines[-1] == "51 requests were examined."


def test_report_counts_dropped_requests(api: Api) -> None:
    page = first_page(api)
    for other in OTHERS:
        api.mock.account(other)
    api.get(page["next_page_uri"])  # the list that offered it was dropped, so the rule cannot decide
    report = examine(api.account().journal)
    expected = "No findings: 1 requests were examined; 1 older ones are no longer in the journal."
    assert expected == str(report)
    assert report.is_clean


def test_empty_journal_has_no_findings() -> None:
    assert examine(journal_of()) == Report(is_clean=True, findings=(), requests=0, dropped=0)
    assert str(examine(journal_of())) == "No findings: 0 requests were examined."


def test_retry_after_accepts_real_time_when_clock_is_frozen() -> None:
    told = {"status": 429, "answered": ((b"retry-after", b"2"),), "seconds": 0.5}
    assert examine(journal_of(told, {"tick": 2.5})).is_clean
    assert not examine(journal_of(told, {"tick": 2.25})).is_clean


def test_report_contains_no_secrets() -> None:
    query = f"PageSize=5&Page=1&Token={SECRET}".encode()
    report = examine(journal_of({"query": query, "answered": ((b"x-mock-warning", b"x"),)}))
    assert len(report.findings) == 2
    assert SECRET not in str(report)
    assert entry(0, path=LIST, query=query).target in report.findings[0].seen[0]
