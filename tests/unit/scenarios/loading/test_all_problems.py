"""Every mistake of a scenario file, with its line, and nothing that only follows from another mistake."""

import json
from pathlib import Path

import pytest

from scenarios.loading.all_problems import find_all_problems
from scenarios.loading.load import load
from scenarios.loading.sources import build_file_source, find_bundled_files, find_source
from scenarios.problems import ScenarioError
from tests.unit.scenarios.loading.test_load import INVALID_SCENARIOS, INVALID_TOML_OR_JSON


def find_in_text(text: str | bytes, folder: Path, file_format: str = "yaml") -> list[str]:
    """Return the mistakes of a text, without the name of its file."""
    file = folder / f"s.{file_format}"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return [str(error).removeprefix(f"{file}:") for error in find_all_problems(build_file_source(file, str(file)))]


@pytest.mark.parametrize(
    ("text", "file_format"),
    [*((text, "yaml") for text, _ in INVALID_SCENARIOS), *((text, kind) for text, kind, _ in INVALID_TOML_OR_JSON)],
)
def test_first_mistake_is_the_one_that_load_raises(text: str | bytes, file_format: str, tmp_path: Path) -> None:
    mistakes = find_in_text(text, tmp_path, file_format)
    file = tmp_path / f"s.{file_format}"
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert mistakes[0] == str(caught.value).removeprefix(f"{file}:")
    further = [mistake for mistake in mistakes[1:] if "expected a known key" not in mistake]
    is_own_mistake = "never reached" in mistakes[0] and "price: 1" in str(text)
    assert len(further) == is_own_mistake


@pytest.mark.parametrize("name", find_bundled_files())
def test_valid_scenarios_have_no_mistakes(name: str) -> None:
    assert find_all_problems(find_source(name)) == []


MANY_MISTAKES = """version: 2
<<: {a: 1}
clock: {mode: scald, rate: 2, start: soon}
corpus: {count: -1, mix: {absent: 2}, span: 90000d}
recordings:
  - id: a
    chanels: 2
    status: completed
    price: "1.0"
    duration: 99999999
    id: b
    timeline:
      - {after: soon, status: deleted}
      - {after: {fetches: 0}, callback: completed}
      - {after: {callback: absent}, callback: completed}
  - {id: a, status: absent, duration: 3, error_code: !!int x, 5: x}
  - {price: 3, account_sid: x}
  - {start_time: 9999-01-01}
pick:
  - {id: x}
faults:
  - {when: {op: list_recording}, then: {status: 42, code: 3}}
  - {then: {}}
  - {when: {sid: a}, thn: {status: 500}}
sequences:
  - {answers: [99, {}, ok, {delay: 40000d}]}
expect:
  - {op: list_recordings, min: 3, max: 1}
"""


def test_every_mistake_has_its_line_and_its_path(tmp_path: Path) -> None:
    places = [mistake.split(": expected ")[0] for mistake in find_in_text(MANY_MISTAKES, tmp_path)]
    assert places == [
        "1: version",
        "2:1",
        "3: clock.mode",
        "3: clock.start",
        "4: corpus.count",
        "4: corpus.mix.absent",
        "4: corpus.span",
        "7: recordings[0].chanels",
        "9: recordings[0].price",
        "10: recordings[0].duration",
        "11:5",
        "13: recordings[0].timeline[0].after",
        "14: recordings[0].timeline[1].after.fetches",
        "15: recordings[0].timeline[2].after.callback",
        "16:54",
        "16:63",
        "16: recordings[1].duration",
        "17: recordings[2].account_sid",
        "17: recordings[2].price",
        "18: recordings[3].start_time",
        "20: pick[0]",
        "22: faults[0].when.op",
        "22: faults[0].then.status",
        "23: faults[1].then",
        "24: faults[2].thn",
        "26: sequences[0].answers[0]",
        "26: sequences[0].answers[1]",
        "26: sequences[0].answers[3].delay",
        "28: expect[0].min",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("callers: [{answers: buzy, speech: [Hi], digits: '1'}]", 1),
        ("callers: [{answr: busy, hangs_up_after: 1s}]", 1),
        ("callers: [{to: 5}, {from: '+1500'}, {to: '+1500'}]", 1),
        ("callers: [{frm: '+1500'}, {to: '+1500', rings: 11m}]", 2),
        ("callers: [{answers: buzy}, {to: '+1500'}]", 2),
        ("callers: [{to: ann, from: bob, answers: false, rings: 11m, hangs_up_after: 25h}, {to: '+1500'}]", 5),
        ("recordings: [{status: complete, price: '-1', duration: 3}]", 1),
        ("recordings: [{statsu: completed, duration: 3}]", 1),
        ("recordings: [{timeline: [{status: complete}, {after: {media: 1}, status: deleted}]}]", 1),
        ("recordings: [{timeline: [{status: procesing}, {status: deleted}], status: in-progress}]", 1),
        ("recordings: [{timeline: [{stats: completed}]}]", 1),
        ("recordings: [{timeline: [5, {after: {callback: completed}, set: {channels: 1}}]}]", 1),
        ("recordings: [{timeline: [{after: soon}]}]", 2),
        (
            "recordings: [{timeline: [{callback: {event: done}}, {after: {callback: completed}, set: {channels: 1}}]}]",
            1,
        ),
        ("recordings: [{timeline: [{callback: {event: completed, delay: soon, fields: at_delivery}}]}]", 1),
        ("recordings: [{timeline: [{callback: {event: completed, set: {CallSid: null}, drop: [CallSid]}}]}]", 1),
        ("recordings: [{id: a b}]\nfaults: [{when: {sid: late}, then: {status: 500}}]", 1),
        ("recordings: nope.json\nfaults: [{when: {sid: late}, then: {status: 500}}]", 1),
        ("recordings: [{status_callback: x, timeline: [{status: completed}, {after: {callback: completed}}]}]", 2),
        ("clock: {start: '2026-01-01T00:00:00Z'}\nrecordings: [{date_created: x, start_time: 2026-02-01}]", 1),
        ("clock: {mode: scald, rate: 2}", 1),
        ("clock: {mode: scaled, rate: x}", 1),
        ("clock: {mode: scaled, start: x}", 2),
        ("faults: [{then: {status: x, code: 3, retry_after: 1}}]", 1),
        ("faults: [{then: {status: 500, body: 3, media_type: text/plain}}]", 1),
        ("faults: [{then: {status: 500, retry_after: x, enforce_retry_after: true}}]", 1),
        ("faults: [{then: {delay: {fixd: 1s}}}]", 1),
        ("faults: [{then: x}, {then: {}}]", 2),
        ("faults: [{<<: *x, then: {}}]", 1),
        ("faults: [{<<: {then: {status: 500}}}]", 1),
        ("page_drift: [{insert: x}]", 1),
        ("sequences: [{answers: [x]}]", 1),
        ("on_create: {timeline: [{status: complete}]}\nabout: 3", 2),
        ("recordings: [{timeline: [{call: 5}, {after: 1s, call: completed}]}]", 1),
        ("recordings: [{timeline: [{status: x, call: completed}, {transcription: completed}]}]", 1),
        ("recordings: [{source: x, timeline: [{conference: completed}]}]", 1),
        ("recordings: [{timeline: [{transcription: done}]}]", 1),
        ("on_create: [{when: 5, timeline: [{status: absent}]}, {timeline: [{status: failed}]}]", 1),
        ("on_create: [{when: {nth: x}, timeline: [{status: absent}]}, {timeline: [{status: failed}]}]", 1),
        ("on_create: [{when: &a {nth: 2}, timeline: [{status: absent}]}, {when: *a, timeline: [{status: absent}]}]", 1),
        ("on_create: [{timeline: [{status: 5}]}, {timeline: [{status: failed}]}]", 2),
        ("about: !x y", 1),
        ("about: !x [y]", 2),
        ("recordings: {calls: []}\nclock: {rate: 2}", 2),
        ("uri: x\nrecordings: 5", 1),
        (".inf", 1),
        ("5", 1),
        ("corpus: {count: .inf}\nclock: {rate: .nan}", 2),
        ("- {sid: RE1, duration: x}\n- 5", 1),
        ("sequences: [{answers: [.inf, {}]}]", 2),
        ("- {sid: RE1, duration: x}\n- {channels: 3}", 3),
    ],
)
def test_consequences_of_a_mistake_are_no_mistakes(text: str, count: int, tmp_path: Path) -> None:
    mistakes = find_in_text(text, tmp_path)
    assert len(mistakes) == count, mistakes


def test_mistakes_of_saved_lists_have_lines(tmp_path: Path) -> None:
    recordings = [{"sid": f"RE{'1' * 32}"}, {"sid": "RE1", "duration": "x"}]
    text = json.dumps(recordings, indent=1)
    assert [mistake.split(": ")[0] for mistake in find_in_text(text, tmp_path, "json")] == ["6", "7"]
    text = json.dumps({"page": 0, "recordings": recordings}, indent=1)
    assert [mistake.split(": ")[0] for mistake in find_in_text(text, tmp_path, "json")] == ["8", "9"]
    text = json.dumps(recordings[1], indent=1)
    assert [mistake.split(": ")[0] for mistake in find_in_text(text, tmp_path, "json")] == ["2", "3"]


def test_every_duplicate_key_of_json_is_reported(tmp_path: Path) -> None:
    mistakes = find_in_text('{"about": "a",\n"about": "b", "clock": {\n"rate": 2, "rate": 3}}', tmp_path, "json")
    assert mistakes == [
        "2: expected JSON: each key once, found 'about' again; the first is on line 1.",
        "3: expected JSON: each key once, found 'rate' again; the first is on line 3.",
        "3: clock.rate: expected a rate with `mode: scaled` only, found mode none.",
    ]


def test_values_that_no_scenario_can_have_do_not_hide_other_mistakes(tmp_path: Path) -> None:
    mistakes = find_in_text("about: .inf\nfaults: [{then: {status: 42}, times: .nan}]\nname: a", tmp_path)
    assert [mistake.split(": expected ")[0] for mistake in mistakes] == [
        "1: about",
        "2: faults[0].times",
        "2: faults[0].then.status",
    ]
