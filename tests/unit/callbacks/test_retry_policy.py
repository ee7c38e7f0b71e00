import pytest

from mockserver.callbacks.connection_overrides import ConnectionOverrides, parse_overrides
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.retry_policy import get_retry_delay

DEFAULTS = DeliverySettings()


def make_status_outcome(status: int) -> Outcome:
    return Outcome(status, None, "")


def make_failure_outcome(failure: Failure, status: int | None = None) -> Outcome:
    return Outcome(status, failure, "")


@pytest.mark.parametrize(
    ("is_retried", "outcome"),
    [
        *((False, make_status_outcome(status)) for status in (200, 204, 302, 400, 404, 429, 500, 503, 599)),
        (True, make_failure_outcome(Failure.CONNECTION)),
        (True, make_failure_outcome(Failure.CONNECT_TIMEOUT)),
        (False, make_failure_outcome(Failure.READ_TIMEOUT)),
        (False, make_failure_outcome(Failure.READ_TIMEOUT, status=200)),
        (False, make_failure_outcome(Failure.DISCONNECTED)),
        (False, make_failure_outcome(Failure.PROTOCOL)),
        (False, make_failure_outcome(Failure.BAD_URL)),
        (False, make_failure_outcome(Failure.REFUSED_HOST)),
    ],
)
def test_only_missing_connections_are_retried_by_default(is_retried: bool, outcome: Outcome) -> None:
    assert is_retried is (get_retry_delay(outcome, 1, 0.0, ConnectionOverrides(), DEFAULTS) is not None)


@pytest.mark.parametrize(
    ("policy", "retried_outcomes"),
    [
        ("4xx", {make_status_outcome(404)}),
        ("5xx", {make_status_outcome(500)}),
        ("ct", {make_failure_outcome(Failure.CONNECTION), make_failure_outcome(Failure.CONNECT_TIMEOUT)}),
        ("rt", {make_failure_outcome(Failure.READ_TIMEOUT), make_failure_outcome(Failure.DISCONNECTED)}),
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
                make_failure_outcome(Failure.DISCONNECTED),
            },
        ),
    ],
)
def test_retry_policy_replaces_default_policy(policy: str, retried_outcomes: set[Outcome]) -> None:
    outcomes = {*map(make_failure_outcome, Failure), *map(make_status_outcome, (200, 302, 404, 500))}
    overrides = parse_overrides(f"http://a/#rp={policy}")[1]
    assert retried_outcomes == {
        outcome for outcome in outcomes if get_retry_delay(outcome, 1, 0.0, overrides, DEFAULTS) is not None
    }
    settings = DeliverySettings(retry_on=frozenset({policy}))
    assert retried_outcomes == {
        outcome for outcome in outcomes if get_retry_delay(outcome, 1, 0.0, ConnectionOverrides(), settings) is not None
    }


@pytest.mark.parametrize(
    ("retries", "set_retries", "delays"),
    [
        (None, 1, [1, None]),
        (None, 3, [1, 2, 4, None]),
        (None, 0, [None]),
        (0, 3, [None]),
        (2, 0, [1, 2, None]),
    ],
)
def test_delay_doubles_until_retries_are_used_up(
    retries: int | None, set_retries: int, delays: list[int | None]
) -> None:
    overrides, settings = ConnectionOverrides(retries=retries), DeliverySettings(retries=set_retries)
    assert delays == [
        get_retry_delay(make_failure_outcome(Failure.CONNECTION), attempts + 1, 0.0, overrides, settings)
        for attempts in range(len(delays))
    ]


@pytest.mark.parametrize(
    ("used_seconds", "url", "max_seconds", "delay"),
    [
        (0.0, "http://a/", 15.0, 1),
        (14.8, "http://a/", 15.0, 1),
        (14.95, "http://a/", 15.0, None),
        (15.0, "http://a/", 15.0, None),
        (1.5, "http://a/#tt=2000", 15.0, 1),
        (2.0, "http://a/#tt=2000", 15.0, None),
        (2.0, "http://a/#tt=2000", 1.0, None),
        (20.0, "http://a/", 60.0, 1),
    ],
)
def test_no_time_for_another_attempt_ends_retries(
    used_seconds: float, url: str, max_seconds: float, delay: int | None
) -> None:
    settings = DeliverySettings(max_seconds=max_seconds)
    outcome, overrides = make_failure_outcome(Failure.CONNECT_TIMEOUT), parse_overrides(url)[1]
    assert delay == get_retry_delay(outcome, 1, used_seconds, overrides, settings)
