"""The capture of a random session is a valid scenario, which leads to the same recordings at the same instant."""

from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from generators.instants import SECOND
from mockserver.control.capture.changes import collect_changes
from scenarios.loading.load import loads
from scenarios.writing import write_yaml
from tests.accounts import make_scenario
from tests.harness import Api, make_settings
from tests.properties.test_commands import OPERATIONS, SCENARIO, Receiver


def list_created(api: Api) -> dict[str, Any]:
    """Return what a fetch shows of each created recording, by its handle or SID."""
    index = api.get_account().recordings.recording_index
    purged = api.get_account().state.purged
    shown = {index.get_name(created): index.get(created) for created in index.created if created not in purged}
    return {name: (found.status, found.duration, found.price, found.error_code) for name, found in shown.items()}


def list_statuses(api: Api) -> set[tuple[int, str, str]]:
    """Return each new status that a step or a request gave a created recording: when, of which, and the status."""
    account = api.get_account()
    index = account.recordings.recording_index
    return {
        (at, index.get_name(changed), step.status)
        for changed, changes in collect_changes(account).items()
        for at, step in changes
        if step.status is not None and changed in index.created and changed not in account.state.purged
    }


@given(st.lists(st.tuples(st.sampled_from([*OPERATIONS]), st.integers(0, 5)), max_size=20))
@example([(name, number) for name in OPERATIONS for number in (3, 0)])
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_capture_of_any_session_leads_to_the_same_recordings(session: list[tuple[str, int]]) -> None:
    mock_settings = make_settings(count=12)
    with Api(mock_settings, make_scenario(**SCENARIO)) as api:
        api.mock.worker.receivers[api.mock.demo.sid.lower()] = Receiver()
        for name, number in session:
            OPERATIONS[name](api, number)
        api.send_command("POST", "/clock", {"mode": "frozen"})
        capture = api.run_command("GET", "/scenario/capture")
        expected, now = list_created(api), api.get_account().clock.now()
        statuses = list_statuses(api)
    text = write_yaml(capture["scenario"], capture["notes"])
    scenario = loads(text)
    with Api(mock_settings, scenario) as again:
        account = again.get_account()
        again.advance((now - account.clock.now()) / SECOND)
        assert expected == list_created(again), text
        without_course = {note.split()[0] for note in capture["notes"] if "has its present status" in note}
        course = {status for status in statuses if status[1] not in without_course}
        assert course <= list_statuses(again), text
