import pytest

from mockserver.callbacks.connection_overrides import ConnectionOverrides, parse_overrides
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.retry_policy import get_retry_delay


def answered(status: int) -> Outcome:
    return Outcome(status, None, "")


def failed(failure: Failure, status: int | None = None) -> Outcome:
    return Outcome(status, failure, "")


@pytest.mark.parametrize(
    ("retried", "outcome"),
    [
        *((False, answered(status)) for status in (200, 204, 302, 400, 404, 429)),
        *((True, answered(status)) for status in (500, 503, 599)),
        (True, failed(Failure.CONNECTION)),
        (True, failed(Failure.CONNECT_TIMEOUT)),
        (True, failed(Failure.READ_TIMEOUT)),
        (True, failed(Failure.READ_TIMEOUT, status=200)),
        (False, failed(Failure.PROTOCOL)),
        (False, failed(Failure.BAD_URL)),
        (False, failed(Failure.REFUSED_HOST)),
    ],
)
def test_server_errors_and_connection_failures_are_retried_by_default(retried: bool, outcome: Outcome) -> None:
    assert retried is (get_retry_delay(outcome, 1, ConnectionOverrides()) is not None)


@pytest.mark.parametrize(
    ("policy", "retried"),
    [
        ("4xx", {answered(404)}),
        ("5xx", {answered(500)}),
        ("ct", {failed(Failure.CONNECTION), failed(Failure.CONNECT_TIMEOUT)}),
        ("rt", {failed(Failure.READ_TIMEOUT)}),
        (
            "all",
            {
                *(answered(404), answered(500), failed(Failure.CONNECTION), failed(Failure.CONNECT_TIMEOUT)),
                *(failed(Failure.READ_TIMEOUT), failed(Failure.PROTOCOL)),
            },
        ),
    ],
)
def test_retry_policy_replaces_default_policy(policy: str, retried: set[Outcome]) -> None:
    outcomes = {*map(failed, Failure), *map(answered, (200, 302, 404, 500))}
    overrides = parse_overrides(f"http://a/#rp={policy}")[1]
    assert retried == {outcome for outcome in outcomes if get_retry_delay(outcome, 1, overrides) is not None}


@pytest.mark.parametrize(("retries", "delays"), [(None, [1, 2, 4, None]), (0, [None]), (2, [1, 2, None])])
def test_delay_doubles_until_retries_are_used_up(retries: int | None, delays: list[int | None]) -> None:
    overrides = ConnectionOverrides(retries=retries)
    assert delays == [get_retry_delay(answered(503), attempts + 1, overrides) for attempts in range(len(delays))]
