"""Metrics: what Prometheus reads."""

import re
from collections.abc import Iterator
from contextlib import suppress

import msgspec
import pytest

from mockserver.journal.request_counts import DURATION_BOUNDS, RequestCounts
from scenarios.operations import Operation
from scenarios.rules import Fault, NetworkFault, Then, When
from tests.harness import Api, make_settings

SAMPLE = re.compile(r"(recmock_[a-z_]+)(?:\{([a-z]+)=\"([^\"\\\\\n]*)\"(?:,([a-z]+)=\"([^\"\\\\\n]*)\")?\})? (\S+)")
Metrics = dict[tuple[str, ...], float]


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=10)) as api:
        yield api


def read_metrics(api: Api) -> Metrics:
    """Return the values by name and values of labels, after a look at the format of each line."""
    response = api.get("/_mock/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert response.text.endswith("\n")
    kinds, metrics = {}, {}
    for line in response.text.splitlines():
        if line.startswith("#"):
            _, keyword, name, rest = line.split(" ", 3)
            if keyword == "TYPE":
                assert name not in kinds
                kinds[name] = rest
            continue
        match = SAMPLE.fullmatch(line)
        assert match is not None, line
        name, *labels, value = match.groups()
        kind = kinds.get(name) or kinds[re.sub("_(bucket|sum|count)$", "", name)]
        assert (kind == "counter") is name.endswith("_total")
        metrics[(name, *(text for text in labels[1::2] if text is not None))] = float(value)
    return metrics


def test_requests_are_counted_by_operation_and_status(api: Api) -> None:
    before = read_metrics(api)
    api.get(api.list_path)
    api.get(api.list_path)
    api.get(f"{api.root}/Recordings/RE{'0' * 32}.json")
    api.get(f"{api.root}/Nothing.json")
    metrics = read_metrics(api)
    assert {key[1:]: value for key, value in metrics.items() if key[0] == "recmock_requests_total"} == {
        ("list_recordings", "200"): 2,
        ("fetch_recording", "404"): 1,
        ("", "404"): 1,
    }
    assert not [key for key in before if key[0] == "recmock_requests_total"]
    assert metrics["recmock_cache_hits_total",] == 1
    assert metrics["recmock_request_duration_seconds_count",] == 4
    assert metrics["recmock_request_duration_seconds_bucket", "+Inf"] == 4
    assert metrics["recmock_request_duration_seconds_sum",] > 0
    assert metrics["recmock_accounts",] == 1


def test_counts_survive_a_reset_and_an_emptied_journal(api: Api) -> None:
    api.get(api.list_path)
    api.run_command("DELETE", "/requests")
    api.run_command("POST", "/reset")
    assert read_metrics(api)["recmock_requests_total", "list_recordings", "200"] == 1


@pytest.mark.parametrize(
    ("then", "kind"),
    [
        (Then(status=503), "503"),
        (Then(body="x"), "body"),
        (Then(delay="0s"), "delay"),
        (Then(fault=NetworkFault.TRUNCATED_RESPONSE), "truncated_response"),
    ],
)
def test_faults_are_counted_by_what_they_do(api: Api, then: Then, kind: str) -> None:
    api.get_account().fault_rules.add(fault=Fault(then=then, when=When(op=Operation.LIST_TRANSCRIPTIONS)))
    for _ in range(2):
        with suppress(ConnectionResetError):  # there is no connection to cut
            api.get(f"{api.root}/Transcriptions.json")
    api.get(api.list_path)
    metrics = read_metrics(api)
    assert {key[1]: value for key, value in metrics.items() if key[0] == "recmock_faults_total"} == {kind: 2}


def test_callbacks_and_timers_are_those_of_the_accounts(api: Api) -> None:
    step = {"after": "10s", "status": "completed"}
    api.run_command("POST", "/recordings", {"status_callback": "http://127.0.0.1:1/", "timeline": [step]})
    assert read_metrics(api)["recmock_timers_pending",] == 1
    api.run_command("POST", "/callbacks", {"event": "completed", "to": "http://127.0.0.1:1/"})
    metrics = read_metrics(api)
    assert sum(value for key, value in metrics.items() if key[0] == "recmock_callbacks") == 1
    assert metrics["recmock_callbacks", "delivered"] == 0
    assert metrics["recmock_journal_dropped_requests",] == 0


def test_durations_are_counted_up_to_each_bound() -> None:
    counts = RequestCounts()
    for seconds in (0.0, DURATION_BOUNDS[0], 0.0006, DURATION_BOUNDS[-1], 11.0):
        counts.add(None, 200, seconds)
    assert counts.count_up_to_each_bound() == [2, 3, *[3] * (len(DURATION_BOUNDS) - 3), 4, 5]


def test_metrics_need_access() -> None:
    with Api(make_settings()) as api:
        assert api.get("/_mock/metrics", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_metrics_are_those_of_all_accounts(api: Api) -> None:
    step = {"after": "10s", "status": "completed"}
    for account in ("demo", f"AC{'1' * 32}"):
        body = msgspec.json.encode({"timeline": [step]})
        assert api.send_control("POST", f"/accounts/{account}/recordings", body).status_code == 200
    metrics = read_metrics(api)
    assert (metrics["recmock_accounts",], metrics["recmock_timers_pending",]) == (2, 2)
