"""twilio-python, unmodified except for `client.api.base_url`, against a server on a socket."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.rest.auth import AuthSetting, DeclaredAccount, DeclaredApiKey
from mockserver.server.listener import BackgroundServer
from mockserver.settings.choices import Profile
from tests.harness import make_settings


def make_client(server: BackgroundServer, mock: Mock) -> Client:
    client = Client(mock.demo.sid, mock.demo.token)
    client.api.base_url = server.base_url
    return client


@pytest.fixture
def client() -> Iterator[Client]:
    mock = Mock(make_settings())
    with BackgroundServer(create_app(mock)) as server:
        yield make_client(server, mock)


@pytest.fixture(scope="module")
def large_client() -> Iterator[Client]:
    mock = Mock(make_settings(count=2000))
    with BackgroundServer(create_app(mock)) as server:
        yield make_client(server, mock)


@pytest.fixture(scope="module")
def everything(large_client: Client) -> list[Any]:
    found: list[Any] = large_client.recordings.list(page_size=1000)
    return found


def test_message_is_created_and_not_sent(client: Client) -> None:
    message = client.messages.create(
        to="+15005550006", from_="+15005550001", body="Call me.", media_url=["https://a/b"]
    )
    assert (message.status, message.body, message.num_media, message.date_sent) == ("queued", "Call me.", "1", None)
    assert isinstance(message.date_created, datetime)
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to="+15005550006", body="Call me.")
    assert (refused.value.status, refused.value.code) == (400, 21603)


def test_listed_recordings_are_distinct_dated_and_newest_first(large_client: Client) -> None:
    found = large_client.recordings.list(limit=500, page_size=50)
    assert len({recording.sid for recording in found}) == 500
    created = [recording.date_created for recording in found]
    assert created == sorted(created, reverse=True)
    for recording in found:
        for moment in (recording.date_created, recording.date_updated, recording.start_time):
            assert isinstance(moment, datetime)
            assert moment.utcoffset() == timedelta(0)


def test_limit_above_1000_reads_as_many_recordings_as_it_says() -> None:
    """The SDK sends `limit` as PageSize, without a cap (WIRE §17)."""
    mock = Mock(make_settings(count=2300))
    with BackgroundServer(create_app(mock)) as server:
        found = make_client(server, mock).recordings.list(limit=2000)
    assert len({recording.sid for recording in found}) == 2000
    queries = [entry.query for entry in mock.account(mock.demo.sid).journal]
    assert [query.partition(b"&")[0] for query in queries] == [b"PageSize=2000", b"PageSize=1000"]


def test_stream_equals_list(large_client: Client, everything: list[Any]) -> None:
    assert [r.sid for r in everything] == [r.sid for r in large_client.recordings.stream(page_size=300)]


def test_date_filters_equal_brute_force(large_client: Client, everything: list[Any]) -> None:
    instant = everything[700].date_created
    day = instant.date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=instant.tzinfo)
    for filters, expected in [
        ({"date_created": day}, [r for r in everything if r.date_created.date() == day]),
        ({"date_created": instant}, [r for r in everything if r.date_created == instant]),
        ({"date_created_before": instant}, [r for r in everything if r.date_created <= instant]),
        ({"date_created_after": instant}, [r for r in everything if r.date_created >= instant]),
        ({"date_created_before": day}, [r for r in everything if r.date_created <= midnight]),
        ({"date_created_after": day}, [r for r in everything if r.date_created >= midnight]),
        (
            {"date_created_after": day, "date_created_before": day + timedelta(days=2)},
            [r for r in everything if midnight <= r.date_created <= midnight + timedelta(days=2)],
        ),
        ({"date_created": date(1999, 1, 1)}, []),
    ]:
        found = large_client.recordings.list(page_size=200, **filters)
        assert [r.sid for r in expected] == [r.sid for r in found], filters


def test_call_and_conference_filters_equal_brute_force(large_client: Client, everything: list[Any]) -> None:
    for recording in everything[::101]:
        expected = [r.sid for r in everything if r.call_sid == recording.call_sid]
        assert expected == [r.sid for r in large_client.recordings.list(call_sid=recording.call_sid)]
    conferences = {r.conference_sid for r in everything if r.conference_sid}
    for conference in sorted(conferences)[:10]:
        expected = [r.sid for r in everything if r.conference_sid == conference]
        assert expected == [r.sid for r in large_client.recordings.list(conference_sid=conference)]


def test_fetched_recording_equals_listed_recording(large_client: Client, everything: list[Any]) -> None:
    for listed in everything[:5]:
        fetched = large_client.recordings(listed.sid).fetch()
        for name, value in vars(listed).items():
            if not name.startswith("_"):
                assert getattr(fetched, name) == value, name


def test_deleted_recording_is_shown_only_with_include_soft_deleted(client: Client) -> None:
    listed = next(r for r in client.recordings.list(limit=50) if r.status == "completed")
    assert listed.delete() is True
    with pytest.raises(TwilioRestException) as exc_info:
        client.recordings(listed.sid).fetch()
    assert (exc_info.value.code, exc_info.value.status) == (20404, 404)
    assert client.recordings(listed.sid).fetch(include_soft_deleted=True).status == "deleted"
    recordings_by_sid = {r.sid: r for r in client.recordings.list(include_soft_deleted=True)}
    assert recordings_by_sid[listed.sid].status == "deleted"
    assert recordings_by_sid[listed.sid].duration == listed.duration


def test_deleting_unfinished_recording_raises_20009(client: Client) -> None:
    unfinished = next(r for r in client.recordings.list() if r.status == "processing")
    with pytest.raises(TwilioRestException) as exc_info:
        unfinished.delete()
    assert (exc_info.value.code, exc_info.value.status) == (20009, 409)


def test_deletion_during_stream_visits_every_recording_once(client: Client) -> None:
    before = [recording.sid for recording in client.recordings.list(page_size=1000)]
    visited = []
    for recording in client.recordings.stream(page_size=50):
        visited.append(recording.sid)
        if recording.status == "completed":
            recording.delete()
    assert before == visited
    assert {recording.status for recording in client.recordings.list()} == {"processing", "absent"}


def test_next_page_and_previous_page_return_pages(client: Client) -> None:
    first = client.recordings.page(page_size=10)
    second = first.next_page()
    assert second is not None
    previous = second.previous_page()
    assert previous is not None
    assert [r.sid for r in first] == [r.sid for r in previous]


def test_adversarial_recordings_are_parsed() -> None:
    mock = Mock(make_settings(count=600, profile=Profile.ADVERSARIAL, mix="deleted=0"))
    with BackgroundServer(create_app(mock)) as server:
        found = make_client(server, mock).recordings.list(page_size=400, include_soft_deleted=True)
    assert len({recording.sid for recording in found}) == 600
    update_offsets = {recording.date_updated and recording.date_updated.utcoffset() for recording in found}
    assert update_offsets == {None, timedelta(0)}
    assert {recording.error_code for recording in found} == {None}
    for recording in found:
        assert isinstance(recording.date_created, datetime)
        assert "add_on_results" in recording.subresource_uris


def test_call_filters_equal_brute_force(large_client: Client) -> None:
    calls = large_client.calls.list(page_size=1000)
    assert [call.sid for call in calls] == [
        call.sid for call in large_client.calls.list(status="completed", page_size=200)
    ]
    assert large_client.calls.list(status="in-progress") == []
    some = calls[300]
    day = some.start_time.date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=some.start_time.tzinfo)
    for filters, expected in [
        ({"to": some.to}, [call for call in calls if call.to == some.to]),
        ({"from_": some._from}, [call for call in calls if call._from == some._from]),
        ({"start_time": day}, [call for call in calls if call.start_time.date() == day]),
        ({"start_time_before": midnight}, [call for call in calls if call.start_time < midnight]),
        ({"start_time_after": some.start_time}, [call for call in calls if call.start_time >= some.start_time]),
        ({"end_time": some.end_time}, [call for call in calls if call.end_time == some.end_time]),
        ({"end_time_before": some.end_time}, [call for call in calls if call.end_time < some.end_time]),
        ({"end_time_after": midnight}, [call for call in calls if call.end_time >= midnight]),
        ({"parent_call_sid": some.sid}, []),
    ]:
        found = large_client.calls.list(page_size=100, **filters)
        assert [call.sid for call in expected] == [call.sid for call in found], filters


def test_conference_filters_equal_brute_force(large_client: Client) -> None:
    conferences = large_client.conferences.list(page_size=1000)
    some = conferences[30]
    day = some.date_updated.date()
    for filters, expected in [
        ({"status": "completed"}, conferences),
        ({"status": "init"}, []),
        (
            {"friendly_name": some.friendly_name},
            [conference for conference in conferences if conference.friendly_name == some.friendly_name],
        ),
        ({"date_updated": day}, [conference for conference in conferences if conference.date_updated.date() == day]),
        (
            {"date_created_after": day},
            [conference for conference in conferences if conference.date_created.date() >= day],
        ),
        (
            {"date_created_before": day},
            [conference for conference in conferences if conference.date_created.date() < day],
        ),
    ]:
        found = large_client.conferences.list(page_size=20, **filters)
        assert [conference.sid for conference in expected] == [conference.sid for conference in found], filters


def test_accounts_list_contains_subaccounts() -> None:
    parent = DeclaredAccount(sid="AC" + "a" * 32, token="of-parent")
    children = [DeclaredAccount(sid=f"AC{number:032x}", token="of-child", parent=parent.sid) for number in range(3)]
    key = DeclaredApiKey(sid="SK" + "1" * 32, secret="of-key", account_sid=parent.sid)
    mock = Mock(make_settings(auth=AuthSetting.STRICT, account=(parent, *children), api_key=(key,)))
    expected = [account.sid for account in (parent, *children)]
    with BackgroundServer(create_app(mock)) as server:
        for client in (Client(parent.sid, parent.token), Client(key.sid, key.secret, account_sid=parent.sid)):
            client.api.base_url = f"{server.base_url}/"
            assert expected == [account.sid for account in client.api.accounts.list(status="active", page_size=2)]
            assert expected == [account.sid for account in client.api.accounts.list(limit=10)]
            assert client.api.accounts.list(friendly_name="x") == []
            child = client.api.accounts(children[0].sid)
            assert (child.fetch().auth_token, len(child.recordings.list(limit=2))) == ("of-child", 2)
        with pytest.raises(TwilioRestException) as caught:
            client.queues.create(friendly_name="support")  # Twilio has it, and this mock does not
        assert (caught.value.code, caught.value.status) == (20404, 404)
