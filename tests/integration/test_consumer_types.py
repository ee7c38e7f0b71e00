"""The types that a project sees which uses the fixture: under mypy, and under pyright if it is installed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from generators.model import CallStatus, Source, Track
from mockserver.account.state.live_calls import Direction
from mockserver.control.client import argument_types, rule_types
from mockserver.control.endpoints.new_calls import CallCommand
from mockserver.control.views.call_data import CallStatusName, DirectionName
from mockserver.rest.auth import AuthSetting
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.loading import get_all_settings
from mockserver.testing.setting_types import ServerSettings
from scenarios.callers import Caller
from scenarios.limits import Limit
from scenarios.model import ScriptedRecording
from scenarios.operations import Operation
from scenarios.rules import Fault, NetworkFault, Sequence, Then, When
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.steps import RecordingFields, Step

ROOT = Path(__file__).parents[2]
CONSUMER = """\
from mockserver.testing import MockServer, MockTwilio, Received, Sink


def test_correct(recmock: MockTwilio, recmock_server: MockServer) -> None:
    recording = recmock.recordings.add(id="a", status="in-progress", callback="http://localhost/", duration=3)
    events = recmock.recordings.transition(recording, "completed", duration=12, callback="completed")
    recmock.recordings.add(timeline=[{"after": {"time": "5s"}, "status": "completed", "set": {"channels": 2}}])
    names: list[str] = [event.what for event in events]
    with recmock.faults("list_recordings", status=429, retry_after=1, times=1) as faults:
        count: int = faults.applied
    recmock.faults.sequence("fetch_recording", 404, {"fault": "truncated_response"}, "ok", when={"page": 1})
    recmock.faults.limit("list_recordings", requests=100, per="1s", by="operation", concurrent=20, optional=True)
    recmock.arrivals(rate="120/h", rhythm="weekly", until={"time": "8h"}, duration={"median": "90s", "sigma": 1.2})
    arrived: list[int] = [rule.arrived for rule in recmock.arrivals.list()]
    recmock.arrivals.stop(arrived[0])
    recmock.requests.assert_called("list_recordings", exactly=1, query={"PageSize": "50"}, form={"a": ["b", "c"]})
    recmock.requests.wait_for("fetch_recording", count=2, timeout=1.5)
    recmock.configure(wire="schema", auth=None)
    call = recmock.calls.incoming("http://localhost/voice", speech=["Hi"], digits="1#", hangs_up_after=20.5)
    recmock.calls.outgoing("+15005550006", twiml="<Response/>", record="dual", answers="machine", rings="2s")
    texts: list[str] = [recording.transcript for recording in call.recordings if recording.duration]
    codes: set[int] = {event.code for event in (*call.errors, *recmock.debugger.events)}
    if call.status == "completed":
        print(texts, codes, recmock.calls.hang_up(call.sid).said, [known.sid for known in recmock.calls.list()])
    sink: Sink = recmock.sink
    received: list[Received] = sink.wait_for(1)
    print(names, count, received[0].headers["X"], recmock_server.account("AC1").account_sid)
    print(MockTwilio(count=10, clock="60x", wire="twilio", profile="empty"))


async def test_async(recmock: MockTwilio) -> None:
    await recmock.recordings.add_async(status="completed")
    await recmock.recordings.transition_async("a", "absent", error_code=None)
    await recmock.clock.advance_async("5s")
    status: str = (await recmock.calls.incoming_async("http://localhost/voice", method="GET", wait=False)).status
    print(status, await recmock.calls.play_async("CA1"))


def test_mistakes(recmock: MockTwilio) -> None:
    recmock.recordings.add(status="complete")  # mistake
    recmock.recordings.add(stauts="completed")  # mistake
    recmock.recordings.add(source="Dial")  # mistake
    recmock.recordings.add(duration=[1])  # mistake
    recmock.recordings.add(timeline=[{"satus": "completed"}])  # mistake
    recmock.recordings.add(timeline=[{"set": {"channels": 3}}])  # mistake
    recmock.recordings.add(status_callback_event=["done"])  # mistake
    recmock.recordings.transition("a", "done")  # mistake
    recmock.recordings.transition("a", durations=12)  # mistake
    recmock.recordings.transition("a", callback="done")  # mistake
    recmock.faults("list_recording", status=500)  # mistake
    recmock.faults("list_recordings", stauts=500)  # mistake
    recmock.faults("list_recordings", fault="reset")  # mistake
    recmock.faults("list_recordings", when={"pages": 1}, status=500)  # mistake
    recmock.faults.sequence("list_recording", 404)  # mistake
    recmock.faults.sequence("list_recordings", "okay")  # mistake
    recmock.arrivals(every="5m", rythm="even")  # mistake
    recmock.arrivals(every="5m", rhythm="monthly")  # mistake
    recmock.arrivals(every=5)  # mistake
    recmock.arrivals(every="5m", timeline=[{"satus": "completed"}])  # mistake
    recmock.requests.assert_called("list_recording")  # mistake
    recmock.requests.assert_called("list_recordings", exact=1)  # mistake
    recmock.requests.assert_called("list_recordings", query=["PageSize"])  # mistake
    recmock.requests.assert_not_called("fetch_recordings")  # mistake
    recmock.requests.wait_for("fetch_recordings")  # mistake
    recmock.requests.verify("fetch_recordings")  # mistake
    recmock.configure(wire="xml")  # mistake
    recmock.configure(auth="none")  # mistake
    recmock.clock.advence("5s")  # mistake
    recmock.calls.incoming()  # mistake
    recmock.calls.incoming("http://localhost/", method="PUT")  # mistake
    recmock.calls.incoming("http://localhost/", speach="Hi")  # mistake
    recmock.calls.outgoing("+1", answers="never")  # mistake
    recmock.calls.outgoing("+1", record="stereo")  # mistake
    recmock.calls.outgoing("+1", status_callback_events=["done"])  # mistake
    print(recmock.calls.get("CA1").recording)  # mistake
    print(recmock.calls.get("CA1").status == "ended")  # mistake
    recmock.debugger.assert_clean(ignore=["12200"])  # mistake
    recmock.clock.advance([5])  # mistake
    MockTwilio(cuont=3)  # mistake
    MockTwilio(wire="xml")  # mistake
    MockServer(profile="none")  # mistake


async def test_async_mistakes(recmock: MockTwilio) -> None:
    await recmock.recordings.add_async(status="complete")  # mistake
    await recmock.recordings.transition_async("a", "done")  # mistake
    await recmock.calls.incoming_async("http://localhost/", digit="1")  # mistake
"""
WRONG_IMPORT = "from mockserver.testing import MockTwillio  # mistake\n"


def find_mistakes(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), start=1) if line.endswith("# mistake")]


@pytest.fixture(params=[CONSUMER, WRONG_IMPORT], ids=["uses", "import"])
def consumer(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[int]]:
    """Yield a project with one test file, and the lines of its mistakes."""
    (tmp_path / "test_mine.py").write_text(request.param)
    return tmp_path, find_mistakes(request.param)


def test_mypy_reports_every_mistake_and_nothing_else(consumer: tuple[Path, list[int]]) -> None:
    folder, mistakes = consumer
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={ROOT}/.mypy_cache/consumer"]
    process = subprocess.run(
        [*command, "test_mine.py"],
        cwd=folder,
        env=os.environ | {"MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    found = [int(number) for number in re.findall(r"^test_mine\.py:(\d+): error", process.stdout, re.MULTILINE)]
    assert mistakes == sorted(set(found)), process.stdout + process.stderr


def test_pyright_reports_every_mistake_and_nothing_else(consumer: tuple[Path, list[int]]) -> None:
    folder, mistakes = consumer
    program = Path(os.environ.get("RECMOCK_NODE_MODULES", "")) / "pyright" / "index.js"
    if shutil.which("node") is None or not program.is_file():
        pytest.skip("no node, or RECMOCK_NODE_MODULES names no folder with the package pyright")
    settings = {
        "typeCheckingMode": "strict",
        "extraPaths": [str(ROOT)],
        "reportUnusedCoroutine": "error",
        "reportUnknownMemberType": "none",
        "reportUnknownVariableType": "none",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = ["node", str(program), "--outputjson", "--pythonpath", sys.executable]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    diagnostics = json.loads(process.stdout)["generalDiagnostics"]
    found = {entry["range"]["start"]["line"] + 1 for entry in diagnostics if entry["severity"] == "error"}
    assert mistakes == sorted(found), process.stdout


@pytest.mark.parametrize(
    ("literal", "words"),
    [
        (argument_types.StatusName, RecordingStatus),
        (argument_types.CallbackEventName, CallbackEvent),
        (argument_types.SourceName, Source),
        (argument_types.TrackName, Track),
        (argument_types.OperationName, Operation),
        (rule_types.NetworkFaultName, NetworkFault),
        (argument_types.WireName, WireSetting),
        (argument_types.AuthName, AuthSetting),
        (CallStatusName, CallStatus),
        (DirectionName, Direction),
    ],
)
def test_literals_have_the_words_that_the_mock_accepts(literal: object, words: list[str]) -> None:
    assert sorted(get_args(literal)) == sorted(map(str, words))


@pytest.mark.parametrize(
    ("typed", "struct"),
    [
        (argument_types.RecordingValues, RecordingFields),
        (argument_types.TimelineStep, Step),
        (argument_types.RecordingDefinition, ScriptedRecording),
        (rule_types.FaultConditions, When),
        (rule_types.FaultEffect, Then),
        (rule_types.SequenceRule, Sequence),
        (rule_types.LimitRule, Limit),
        (argument_types.CallerDefinition, Caller),
    ],
)
def test_typed_dicts_have_the_fields_of_a_scenario(typed: type, struct: type) -> None:
    fields: tuple[str, ...] = struct.__struct_encode_fields__  # type: ignore[attr-defined]  # of every struct
    wanted = {*fields} - ({"count"} if struct is ScriptedRecording else set())  # a test adds one recording at a time
    assert sorted(wanted) == sorted(typed.__annotations__ | getattr(typed.__mro__[0], "__annotations__", {}))


def test_call_options_have_the_fields_of_the_command() -> None:
    own = {"direction", "url", "method", "twiml", "to"}
    assert sorted(argument_types.CallOptions.__annotations__) == sorted({*CallCommand.__struct_fields__} - own)


def test_fault_rules_have_at_most_the_fields_of_a_scenario() -> None:
    assert set(rule_types.FaultRule.__annotations__) <= {*Fault.__struct_fields__}


def test_settings_have_the_names_of_the_settings() -> None:
    assert sorted(ServerSettings.__annotations__) == sorted({*get_all_settings()} - {"scenario"})
