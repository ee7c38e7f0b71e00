"""A valid scenario survives being written to a file. Anything else raises ScenarioError only."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.distributions import MAX_CALL_DURATION
from generators.instants import EPOCH
from generators.model import DUAL_SOURCES, Source, Track
from scenarios.arrival_values import Spread
from scenarios.callbacks import ScriptedCallback
from scenarios.callers import Caller
from scenarios.creation_matcher import CreationMatcher
from scenarios.expectations import Expectation, Moment, Rate
from scenarios.explain.timelines import explain_scenario
from scenarios.lifecycle import STATUSES, STATUSES_WITHOUT_AUDIO
from scenarios.limits import Limit
from scenarios.loading.documents import FileFormat
from scenarios.loading.load import from_objects, loads
from scenarios.model import Arrival, OnCreate, Pick, Scenario, ScriptedRecording
from scenarios.operations import Operation
from scenarios.plans import ClockPlan, CorpusPlan
from scenarios.problems import ScenarioError
from scenarios.rules import ChunkedDribble, Delay, Fault, NetworkFault, PageDriftRule, Sequence, Then, When
from scenarios.statuses import CallbackEvent, RecordingStatus, TranscriptionStep
from scenarios.steps import RecordingFields, Step, Timeline
from scenarios.triggers import Trigger
from scenarios.writing import write_yaml

texts = st.text(st.characters(codec="utf-8"), max_size=20)
instants = st.integers(0, 10**10).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
durations = st.builds("{}{}".format, st.integers(0, 10**6), st.sampled_from(["ms", "s", "m", ".5s"])) | st.builds(
    "{}{}".format, st.integers(0, 5000), st.sampled_from(["h", "d", "w"])
)
prices = st.one_of(
    st.none(), st.integers(-100, 0), st.integers(-900_000, 0).map(lambda price: price / 100_000), st.just("-0.00250")
)
scripted_callbacks = st.builds(
    ScriptedCallback,
    event=st.sampled_from(CallbackEvent),
    signature=st.none() | st.sampled_from(["wrong", "missing", "sha256"]),
    times=st.integers(1, 3),
    delay=st.just("3s"),
    fields=st.sampled_from(["at_event", "at_delivery"]),
    set=st.just({}) | st.builds(dict, ErrorCode=texts | st.integers(0, 9)),
    drop=st.just(()) | st.just(("CallSid",)),
)
callbacks = st.lists(st.sampled_from(CallbackEvent) | scripted_callbacks, max_size=3).map(tuple) | scripted_callbacks
ERROR_CODES = {RecordingStatus.COMPLETED: 16107, RecordingStatus.ABSENT: 16101, RecordingStatus.FAILED: 16111}


def recording_fields(status: RecordingStatus) -> st.SearchStrategy[RecordingFields]:
    """Return a strategy for fields that agree with a status."""
    has_audio = status not in STATUSES_WITHOUT_AUDIO
    seconds = st.integers(0, MAX_CALL_DURATION) | st.just("12")
    return st.builds(
        RecordingFields,
        duration=st.none() | seconds if has_audio else st.none(),
        price=prices,
        error_code=st.sampled_from([None, ERROR_CODES.get(status)]),
        start_time=st.none() | st.just(EPOCH),
        encryption_details=st.none() | st.dictionaries(texts, texts, max_size=2),
    )


simple_triggers = st.one_of(
    st.builds(Trigger, fetches=st.integers(1, 9)),
    st.builds(Trigger, lists=st.integers(1, 9)),
    st.builds(Trigger, requests=st.integers(1, 9)),
    st.builds(Trigger, time=durations),
    st.builds(Trigger, signal=texts.filter(bool)),
)
triggers = st.recursive(
    simple_triggers,
    lambda inner: st.one_of(
        st.builds(Trigger, any=st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Trigger, all=st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)
NEXT_STATUSES = {
    status: [next_status for next_status in RecordingStatus if status in STATUSES[next_status].preceding]
    for status in RecordingStatus
}


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Draw a walk through the lifecycle from the start of a recording."""
    status = RecordingStatus.IN_PROGRESS
    steps = [Step(status=status)]
    while NEXT_STATUSES[status] and len(steps) < 6 and draw(st.booleans()):
        status = draw(st.sampled_from(NEXT_STATUSES[status]))
        callback = draw(st.one_of(st.just(msgspec.UNSET), callbacks))
        fields = draw(st.just(RecordingFields()) | recording_fields(status))
        asked = [TranscriptionStep.NONE, TranscriptionStep.FAILED] if status is RecordingStatus.COMPLETED else []
        transcription = draw(st.none() | st.sampled_from(asked)) if asked else None
        after = draw(st.none() | triggers)
        steps.append(
            Step(after=after, status=status, set=fields, transcription=transcription, callback=callback),
        )
    return tuple(steps)


thens = st.one_of(
    st.builds(Then, status=st.integers(400, 599), code=st.none() | st.integers(1, 99999), message=st.none() | texts),
    st.builds(Then, status=st.integers(400, 599), body=texts, retry_after=st.integers(0, 9)),
    st.builds(Then, fault=st.sampled_from(NetworkFault), delay=st.builds(Delay, fixed=durations)),
    st.builds(Then, delay=durations),
    st.builds(Then, chunked_dribble=st.builds(ChunkedDribble, chunks=st.integers(1, 9), duration=durations)),
)
whens = st.builds(When, op=st.none() | st.sampled_from(Operation), path=st.none() | texts, header=st.just({"A-b": "*"}))


def short_tuples(strategy: st.SearchStrategy[Any], min_size: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    """Draw short tuples."""
    return st.lists(strategy, min_size=min_size, max_size=min_size + 2).map(tuple)


@st.composite
def recordings(draw: st.DrawFn) -> tuple[ScriptedRecording, ...]:
    """Draw recordings; those with an id get a number."""
    return tuple(
        ScriptedRecording(
            id=draw(st.none() | st.just(f"made-{number}")),
            source=draw(st.sampled_from(sorted(DUAL_SOURCES) if number else Source)),
            channels=2 if number else 1,
            transcript=draw(st.none() | texts),
            status_callback=draw(st.none() | st.just("http://127.0.0.1:1/a?b#c")),
            timeline=draw(st.just(()) | timelines()),
        )
        for number in range(draw(st.integers(0, 2)))
    )


@st.composite
def callers(draw: st.DrawFn) -> tuple[Caller, ...]:
    """Draw callers of different numbers, so that each can be found."""
    ends = draw(st.lists(st.sampled_from(["+15005550001", "12345", "client:Ann", "sip:a@b"]), max_size=3, unique=True))
    return tuple(
        Caller(
            to=end,
            from_=draw(st.sampled_from(["*", "+15005550009"])),
            answers=draw(st.just(True) | st.just("machine")),
            rings=draw(st.none() | st.just("1m30s")),
            speech=draw(st.none() | short_tuples(texts)),
            digits=draw(st.text("0123456789*#ABCDwW", max_size=9)),
            hangs_up_after=draw(st.none() | st.just("1h")),
        )
        for end in ends
    )


matchers = st.builds(
    CreationMatcher,
    call_sid=st.none() | st.just("CA" + "1" * 32),
    channels=st.none() | st.just(1),
    track=st.none() | st.sampled_from(Track),
    nth=st.integers(1, 9),
)
delete_step = Step(after=Trigger(fetches=1), status=RecordingStatus.DELETED)
scenarios = st.builds(
    Scenario,
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
    about=texts,
    corpus=st.builds(CorpusPlan, count=st.integers(0, 10**12), mix=st.none() | st.just({"dual": 0.5})),
    clock=st.builds(ClockPlan, mode=st.just("scaled"), rate=st.floats(0.1, 1e6), start=st.none() | instants),
    recordings=recordings(),
    pick=short_tuples(st.builds(Pick, id=st.just("p"), count=st.integers(1, 3), timeline=st.just((delete_step,)))).map(
        lambda p: p[:1]
    ),
    on_create=st.none()
    | st.builds(OnCreate, timeline=timelines())
    | st.builds(
        lambda matched, rest: (*matched, rest),
        st.lists(
            st.builds(OnCreate, when=matchers, timeline=timelines()), max_size=2, unique_by=lambda rule: rule.when
        ),
        st.builds(OnCreate, timeline=timelines()),
    ),
    arrivals=short_tuples(
        st.builds(
            Arrival,
            every=st.just("1m30s"),
            rhythm=st.sampled_from(("even", "poisson", "weekly")),
            count=st.integers(1, 10**6),
            duration=st.none() | st.just("90s") | st.builds(Spread, st.just("1m"), st.floats(0, 3)),
            mix=st.none() | st.just({"status": {"absent": 0.5}, "dual": 1.0}),
        )
        | st.builds(Arrival, rate=st.just("120/h"), ttl=st.just("8h"), timeline=timelines())
    ),
    callers=callers(),
    faults=short_tuples(st.builds(Fault, when=whens, then=thens, probability=st.floats(0, 1))),
    sequences=short_tuples(
        st.builds(Sequence, when=whens, answers=short_tuples(st.just("ok") | st.integers(400, 599) | thens, 1))
    ),
    limits=short_tuples(
        st.builds(Limit, when=whens, requests=st.integers(1, 10**9), per=st.just("1.5s"), by=st.just("operation"))
        | st.builds(Limit, by=st.just("credential"), concurrent=st.integers(1, 99))
    ),
    page_drift=short_tuples(st.builds(PageDriftRule, insert=st.integers(1, 9), delete=st.integers(0, 9))),
    expect=short_tuples(
        st.builds(Expectation, op=st.sampled_from(Operation), max=st.integers(0, 9))
        | st.builds(
            Expectation,
            op=st.just(Operation.FETCH_RECORDING_MEDIA),
            after=st.none()
            | st.builds(Moment, at=instants)
            | st.builds(Moment, op=st.just(Operation.FETCH_RECORDING))
            | st.builds(Moment, status=st.just("completed")),
            before=st.none() | st.builds(Moment, signal=st.just("stop")),
            within=st.none() | st.just("1.5h"),
            at_most=st.none() | st.builds(Rate, requests=st.integers(1, 9), per=st.just("1m30s")),
        )
        | st.builds(Expectation, op=st.sampled_from(Operation), never=st.just(True)),
    ),
)
invalid_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | instants | st.just("30s") | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    max_leaves=5,
)


def to_json_value(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as JSON values."""
    value: dict[str, Any] = json.loads(msgspec.json.encode(scenario))
    return value


def to_toml(value: Any) -> str:
    """Format a value without nulls on one line of TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{to_toml(key)} = {to_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def contains_null(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    return any(map(contains_null, value)) if isinstance(value, list) else value is None


@settings(max_examples=20)
@given(scenarios)
def test_scenario_is_equal_after_round_trip_in_every_form(scenario: Scenario) -> None:
    value = to_json_value(scenario)
    assert scenario == from_objects(scenario) == from_objects(value)
    assert scenario == loads(json.dumps(value), file_format="json")
    assert scenario == loads(yaml.safe_dump(value, default_style='"'))
    assert scenario == loads(write_yaml(value, [scenario.about, *scenario.routes]))
    if not contains_null(value):
        text = "\n".join(f"{json.dumps(key)} = {to_toml(item)}" for key, item in value.items())
        assert scenario == loads(text, file_format="toml")
    assert str(explain_scenario(scenario)).startswith(scenario.name)


@given(st.text() | st.binary(), st.sampled_from(FileFormat))
def test_invalid_text_raises_only_scenario_error(text: str | bytes, file_format: FileFormat) -> None:
    with contextlib.suppress(ScenarioError):
        loads(text, file_format=file_format)


@given(invalid_values)
def test_invalid_objects_raise_only_scenario_error(value: Any) -> None:
    with contextlib.suppress(ScenarioError):
        from_objects(value)


@settings(max_examples=60)
@given(scenarios.map(to_json_value), st.data())
def test_one_invalid_value_raises_only_scenario_error(value: dict[str, Any], data: st.DataObject) -> None:
    container: Any = value
    key: Any = data.draw(st.sampled_from(sorted(value)))
    while isinstance(container[key], (dict, list)) and container[key] and data.draw(st.booleans()):
        container = container[key]
        key = data.draw(st.sampled_from(sorted(container) if isinstance(container, dict) else range(len(container))))
    container[key] = data.draw(invalid_values)
    with contextlib.suppress(ScenarioError):
        explain_scenario(from_objects(value))
