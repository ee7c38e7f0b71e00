"""The lines of values in JSON and TOML."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from scenarios.loading import lines
from scenarios.loading.json_lines import find_json_lines
from scenarios.loading.lines import LinesBelow, LinesOnDemand
from scenarios.loading.toml_lines import find_toml_lines
from scenarios.problems import ValuePath

TOML = """# a comment with [brackets]
name = "x"  # = y
corpus.count = 5
[clock]
mode = "frozen"
start = 2026-03-01 09:00:00Z

[[recordings]]
id = "a"
transcript = \"\"\"
a ] " line = \\\"\"\"\"
media = '''
it's
'''
[[recordings.timeline]]
status = "x#"
after = {time = "1s", "a b".c = 1}
[[recordings.timeline]]
status = 'y'
[recordings.timeline.set]
price = -0.5
[[recordings]]
"i d" = "b"
timeline = [
  {status = "a"}, # one
  {status = "b", after.time = 3.5},
  [[1], [2]]
]
x=[[1]]"""
JSON = """
{"a": [1,
 {"b": "x\\"]{", "c": null}],
 "d": {}, "": [],
 "f": [[2], []]
}"""


def walk_paths(value: Any, path: ValuePath = ()) -> Iterator[ValuePath]:
    yield path
    for key, inside in (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    ):
        yield from walk_paths(inside, (*path, key))


def test_every_value_of_toml_has_a_line() -> None:
    found = find_toml_lines(TOML)
    assert set(walk_paths(tomllib.loads(TOML))) == set(found)
    assert (found["name",], found["corpus", "count"], found["clock",], found["clock", "start"]) == (2, 3, 4, 6)
    assert (found["recordings", 0], found["recordings", 0, "media"]) == (8, 12)
    assert (found["recordings", 0, "timeline", 1], found["recordings", 0, "timeline", 1, "set", "price"]) == (18, 21)
    assert (found["recordings", 1], found["recordings", 1, "timeline", 1, "after", "time"]) == (22, 26)
    assert (found["recordings", 1, "timeline", 2, 1, 0], found["recordings", 1, "x", 0, 0]) == (27, 29)


def test_every_value_of_json_has_a_line() -> None:
    found = find_json_lines(JSON)
    assert set(walk_paths(json.loads(JSON))) == set(found)
    assert list(found.values()) == [2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 5]


@pytest.mark.parametrize("text", ["5", '"a"', "[]", "\n[1]"])
def test_short_json_has_lines(text: str) -> None:
    assert set(walk_paths(json.loads(text))) == set(find_json_lines(text))


def test_lines_are_found_when_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def find_lines(text: str) -> dict[ValuePath, int]:
        calls.append(text)
        return {("a",): 3}

    on_demand = LinesOnDemand("text", find_lines)
    assert calls == []
    assert (on_demand["a",], len(on_demand), list(on_demand)) == (3, 1, [("a",)])
    assert calls == ["text"]
    monkeypatch.setattr(lines, "_MAX_CHARACTERS", 3)
    assert ("a",) not in LinesOnDemand("text", find_lines)


def test_lines_below_have_the_paths_of_the_larger_document() -> None:
    below = LinesBelow(("recordings", 0), {("a",): 3})
    assert dict(below) == {("recordings", 0, "a"): 3}
    assert len(below) == 1
    assert ("a",) not in below
