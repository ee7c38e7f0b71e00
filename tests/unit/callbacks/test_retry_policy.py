import pytest

from mockserver.callbacks.connection_overrides import ConnectionOverrides, parse_overrides
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.retry_policy import get_retry_delay


def make_status_outcome(status: int) -> Outcome:
    return Outcome(status, None, "")


def make_failure_outcome(failure: Failure, status: int | None = None) -> Outcome:
    return Outcome(status, failure, "")


@pytest.mark.parametrize(
    ("is_retried", "outcome"),
    [
        *((False, make_status_outcome(status)) for status in (200, 204, 302, 400, 404, 429)),
        *((True, make_status_outcome(status)) for status in (500, 503, 599)),
        (True, make_failure_outcome(Failure.CONNECTION)),
        (True, make_failure_outcome(Failure.CONNECT_TIMEOUT)),
        (True, make_failure_outcome(Failure.READ_TIMEOUT)),
        (True, make_failure_outcome(Failure.READ_TIMEOUT, status=200)),
        (False, make_failure_outcome(Failure.PROTOCOL)),
        (False, make_failure_outcome(Failure.BAD_URL)),
        (False, make_failure_outcome(Failure.REFUSED_HOST)),
    ],
)
def test_server_errors_and_connection_failures_are_retried_by_default(is_retried: bool, outcome: Outcome) -> None:
    assert is_retried is (get_retry_delay(outcome, 1, ConnectionOverrides()) is not None)


@pytest.mark.parametrize(
    ("policy", "retried_outcomes"),
    [
        ("4xx", {make_status_outcome(404)}),
        ("5xx", {make_status_outcome(500)}),
        ("ct", {make_failure_outcome(Failure.CONNECTION), make_failure_outcome(Failure.CONNECT_TIMEOUT)}),
        ("rt", {make_failure_outcome(Failure.READ_TIMEOUT)}),
        (
            "all",
            {
                *(
                    make_status_outcome(404),
                    make_status_outcome(500),
                    make_failure_outcome(Failure.CONNECTION),
                    make_failure_outcome(Failure.CONNECT_TIMEOUT),
                ),
                *(make_failure_outcome(Failure.READ_TIMEOUT), make_failure_outcome(Failure.PROTOCOL)),
            },
        ),
    ],
)
def test_retry_policy_replaces_default_policy(policy: str, retried_outcomes: set[Outcome]) -> None:
    outcomes = {*map(make_failure_outcome, Failure), *map(make_status_outcome, (200, 302, 404, 500))}
    overrides = parse_overrides(f"http://a/#rp={policy}")[1]
    assert retried_outcomes == {outcome for outcome in outcomes if get_retry_delay(outcome, 1, overrides) is not None}


@pytest.mark.parametrize(("retries", "delays"), [(None, [1, 2, 4, None]), (0, [None]), (2, [1, 2, None])])
def test_delay_doubles_until_retries_are_used_up(retries: int | None, delays: list[int | None]) -> None:
    overrides = ConnectionOverrides(retries=retries)
    assert delays == [
        get_retry_delay(make_status_outcome(503), attempts + 1, overrides) for attempts in range(len(delays))
    ]
