"""Filters of calls and conferences, against a plain list that the test filters itself."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from mockserver.account.resources import listing
from tests.accounts import make_scenario
from tests.harness import T0, Api, make_settings

Record = dict[str, Any]
CALL, CONFERENCE = "CA" + "7" * 32, "CF" + "7" * 32
UNKNOWN_CALL = "CA" + "0" * 32


def walk_pages(api: Api, path: str) -> list[Record]:
    """Return the pages of a list on Twilio's wire, as an SDK follows them."""
    pages = [api.get_twilio_json(path)]
    while pages[-1]["next_page_uri"] is not None:
        pages.append(api.get(pages[-1]["next_page_uri"], x_mock_wire="twilio").json())
    return pages


def list_all(api: Api, name: str, query: str = "") -> list[Record]:
    return [record for page in walk_pages(api, f"{name.title()}.json?{query}") for record in page[name]]


def parse_date(record: Record, field: str) -> datetime | None:
    return None if record[field] is None else parsedate_to_datetime(record[field])


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """Yield an account with generated calls and conferences, with changed ones, and with some in progress."""
    pick = {"id": "long", "where": {"status": "processing"}, "count": 1}
    timeline = [{"after": {"time": "1h"}, "status": "completed", "set": {"duration": 9000}}]
    scenario = make_scenario(pick=[{**pick, "timeline": timeline}])
    settings = make_settings(count=400, mix="conference=0.4,processing=0.05")
    with Api(settings, scenario) as api:
        account = api.get_account()
        account.advance(3600)
        account.start_recording(CALL)
        account.start_recording("CA" + "8" * 32, conference_sid=CONFERENCE)
        yield api


@pytest.fixture(scope="module")
def calls(api: Api) -> list[Record]:
    return list_all(api, "calls")


@pytest.fixture(scope="module")
def conferences(api: Api) -> list[Record]:
    return list_all(api, "conferences")


def test_account_of_these_tests_has_a_changed_call_and_active_ones(calls: list[Record]) -> None:
    assert [call["status"] for call in calls].count("in-progress") == 2
    assert any(int(call["duration"] or 0) >= 9000 for call in calls)


def has_value(field: str, value: str) -> Callable[[Record], bool]:
    return lambda record: bool(record[field] == value)


def assert_filtered(
    api: Api, name: str, everything: list[Record], query: str, is_match: Callable[[Record], bool]
) -> None:
    expected = [record["sid"] for record in everything if is_match(record)]
    assert expected == [record["sid"] for record in list_all(api, name, query)]
    assert expected == [record["sid"] for record in list_all(api, name, f"{query}&PageSize=3")]


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "canceled", "completed", "failed", "busy"])
def test_calls_are_filtered_by_status(api: Api, calls: list[Record], status: str) -> None:
    assert_filtered(api, "calls", calls, f"Status={status}", has_value("status", status))


@pytest.mark.parametrize("status", ["init", "in-progress", "completed"])
def test_conferences_are_filtered_by_status(api: Api, conferences: list[Record], status: str) -> None:
    assert_filtered(api, "conferences", conferences, f"Status={status}", has_value("status", status))


@pytest.mark.parametrize("encode", [quote, lambda number: number], ids=["encoded", "raw +"])
def test_calls_are_filtered_by_numbers(api: Api, calls: list[Record], encode: Callable[[str], str]) -> None:
    for some in (calls[0], calls[40]):
        caller, called = some["from"], some["to"]
        assert_filtered(api, "calls", calls, f"From={encode(caller)}", has_value("from", caller))
        assert_filtered(api, "calls", calls, f"To={encode(called)}", has_value("to", called))
        both = [call["sid"] for call in calls if (call["from"], call["to"]) == (caller, called)]
        query = f"From={encode(caller)}&To={encode(called)}&Status={some['status']}"
        found = [call["sid"] for call in list_all(api, "calls", query)]
        assert some["sid"] in found
        assert set(found) <= set(both)
    for name in ("From", "To"):
        assert list_all(api, "calls", f"{name}=%2B15005550006") == []


def test_conferences_are_filtered_by_friendly_name(api: Api, conferences: list[Record]) -> None:
    for some in (conferences[0], conferences[-1]):
        name = some["friendly_name"]
        query = urlencode({"FriendlyName": name})
        assert_filtered(api, "conferences", conferences, query, has_value("friendly_name", name))
    assert list_all(api, "conferences", "FriendlyName=x") == []


def test_no_call_has_a_parent(api: Api, calls: list[Record]) -> None:
    for sid in (CALL, calls[50]["sid"], UNKNOWN_CALL):
        assert list_all(api, "calls", f"ParentCallSid={sid}") == []


@pytest.mark.parametrize(("name", "field"), [("StartTime", "start_time"), ("EndTime", "end_time")])
def test_calls_are_filtered_by_dates(api: Api, calls: list[Record], name: str, field: str) -> None:
    dated = [date for call in calls if (date := parse_date(call, field)) is not None]
    for instant in (dated[0], dated[1], dated[60], dated[-1], datetime.fromtimestamp(T0, UTC)):
        day = instant.replace(hour=0, minute=0, second=0)
        text = f"{instant:%Y-%m-%dT%H:%M:%SZ}"
        for query, since, before in [
            (f"{name}={text}", instant, instant + timedelta(seconds=1) if instant != day else day + timedelta(days=1)),
            (f"{name}={day:%Y-%m-%d}", day, day + timedelta(days=1)),
            (f"{name}%3C={text}", None, instant),
            (f"{name}%3E={text}", instant, None),
            (f"{name}%3C={day:%Y-%m-%d}", None, day),
            (f"{name}>={day:%Y-%m-%d}&{name}<={text}", day, instant),
        ]:
            assert_filtered(api, "calls", calls, query, make_date_check(field, since, before))


@pytest.mark.parametrize(("name", "field"), [("DateCreated", "date_created"), ("DateUpdated", "date_updated")])
def test_conferences_are_filtered_by_dates(api: Api, conferences: list[Record], name: str, field: str) -> None:
    second = timedelta(seconds=1)
    for some in (conferences[0], conferences[1], conferences[20], conferences[-1]):
        instant = parse_date(some, field)
        assert instant is not None
        day = instant.replace(hour=0, minute=0, second=0)
        text = f"{instant:%Y-%m-%dT%H:%M:%SZ}"
        for query, since, before in [
            (f"{name}={text}", instant, instant + second),
            (f"{name}={day:%Y-%m-%d}", day, day + timedelta(days=1)),
            (f"{name}%3C={text}", None, instant + second),
            (f"{name}%3E={text}", instant, None),
            (f"{name}%3C={day:%Y-%m-%d}", None, day + second),
        ]:
            assert_filtered(api, "conferences", conferences, query, make_date_check(field, since, before))


def make_date_check(field: str, since: datetime | None, before: datetime | None) -> Callable[[Record], bool]:
    def is_match(record: Record) -> bool:
        date = parse_date(record, field)
        return date is not None and (since is None or since <= date) and (before is None or date < before)

    return is_match


def test_page_uris_carry_the_filters(api: Api) -> None:
    first = api.get_twilio_json("Calls.json?Status=completed&StartTime%3E=2025-11-01&From=&PageSize=5")
    assert "Status=completed&StartTime%3E=2025-11-01&From=&PageSize=5&Page=1&PageToken=PA" in first["next_page_uri"]
    second = api.get(first["next_page_uri"], x_mock_wire="twilio").json()
    back = api.get(second["previous_page_uri"], x_mock_wire="twilio").json()
    assert first["calls"] == back["calls"]
    assert (back["previous_page_uri"], back["next_page_uri"]) == (None, first["next_page_uri"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Calls.json?Status=done", "expected one of queued, ringing, in-progress, canceled, completed, failed"),
        ("Calls.json?StartTime=soon", "StartTime: expected a date"),
        ("Calls.json?EndTime%3C=soon", "EndTime<: expected a date"),
        ("Calls.json?ParentCallSid=x", "CA and 32 hexadecimal digits"),
        ("Conferences.json?Status=queued", "expected one of init, in-progress, completed"),
        ("Conferences.json?DateUpdated%3E=x", "DateUpdated>: expected a date"),
    ],
)
def test_invalid_filter_values_are_rejected(api: Api, query: str, found: str) -> None:
    answer = api.get_in_account(query)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert found in answer.headers["x-mock-reason"]


def test_unfiltered_conferences_have_warning(api: Api) -> None:
    for query in ("", "?PageSize=2", "?Status="):
        answer = api.get_in_account(f"Conferences.json{query}")
        assert "Twilio lists only conferences in progress" in answer.headers["x-mock-warning"]
    for query in ("?Status=completed", "?FriendlyName=x", "?DateCreated=2026-01-01", "?DateUpdated%3C=2026-01-01"):
        assert "x-mock-warning" not in api.get_in_account(f"Conferences.json{query}").headers
    assert "x-mock-warning" not in api.get_in_account("Calls.json").headers


def test_filters_of_huge_account_never_walk_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with Api(make_settings(count=10**9)) as api:
        some = api.get_twilio_json("Calls.json?PageSize=1")["calls"][0]
        for query in (
            "Status=busy",
            "Status=in-progress",
            "From=%2B15005550006",
            f"ParentCallSid={UNKNOWN_CALL}",
            "StartTime=1999-01-01",
            "EndTime%3C=1999-01-01",
            "EndTime%3E=2030-01-01",
        ):
            assert api.get_twilio_json(f"Calls.json?{query}")["calls"] == []
        for query in (
            "Status=completed",
            "StartTime%3C=2025-12-01",
            "EndTime=2025-12-01",
            urlencode({"To": some["to"]}),
        ):
            assert len(api.get_twilio_json(f"Calls.json?{query}")["calls"]) == 50
        monkeypatch.setattr(listing, "_MAX_EXAMINED", 100)
        pair = urlencode({"From": some["from"], "To": some["to"]})
        page = api.get_twilio_json(f"Calls.json?{pair}")
        assert [some["sid"]] == [call["sid"] for call in page["calls"]]
        assert "PageToken=PA" in page["next_page_uri"]


def test_empty_page_of_rare_matches_continues_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with Api(make_settings(count=400)) as api:
        calls = list_all(api, "calls")
        last = calls[-1]
        query = urlencode({"From": last["from"], "To": last["to"]})
        expected = [call["sid"] for call in calls if (call["from"], call["to"]) == (last["from"], last["to"])]
        monkeypatch.setattr(listing, "_MAX_EXAMINED", 20)
        pages = walk_pages(api, f"Calls.json?{query}")
        assert expected == [call["sid"] for page in pages for call in page["calls"]]
        assert pages[0]["calls"] == []
        warning = api.get(f"{api.root}/Calls.json?{query}").headers["X-Mock-Warning"]
        assert warning.startswith("The search found nothing so far, and next_page_uri continues it.")
        assert len(pages) > len(calls) / 40
        back = api.get(pages[1]["previous_page_uri"], x_mock_wire="twilio").json()
        assert back["calls"] == []
