from typing import Any

import pytest

from scenarios.loading.yaml import parse_yaml
from scenarios.problems import ScenarioError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("12:30:00", "12:30:00"),
        ("2026-03-01", "2026-03-01"),
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("=", "="),
        ("0o14", 12),
        ("014", 14),
        ("-0x1", "-0x1"),
        ("0x1F", 31),
        ("+3", 3),
        ("null", None),
        ("~", None),
        ("Null", None),
        ("TRUE", True),
        ("False", False),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("3.", 3.0),
        ("-.Inf", float("-inf")),
        ('"12"', "12"),
        ("'null'", "null"),
        ("!!str 12", "12"),
        ('!!int "12"', 12),
        ("!!float 1", 1.0),
        ('!!null ""', None),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        ("[a, {b: c}]", ["a", {"b": "c"}]),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
        ("", None),
        ("# nothing but a comment", None),
    ],
)
def test_plain_values_follow_yaml_1_2_rules(text: str, value: Any) -> None:
    assert value == parse_yaml(text).value
    assert type(value) is type(parse_yaml(text).value)


def test_nan_is_parsed_as_nan() -> None:
    assert parse_yaml(".NaN").value != parse_yaml(".NaN").value


def test_keys_are_always_text() -> None:
    assert parse_yaml("on: 1\ny: 2\n2026-03-01: 3").value == {"on": 1, "y": 2, "2026-03-01": 3}
    assert parse_yaml("'': 1\n'12': 2").value == {"": 1, "12": 2}


def test_every_value_has_its_line() -> None:
    document = parse_yaml(
        "# a comment\nrecordings:\n  - id: x\n    timeline:\n      - {after: {time: 12s}}\n  -\n    id: y\n"
    )
    assert document.lines == {
        (): 2,
        ("recordings",): 2,
        ("recordings", 0): 3,
        ("recordings", 0, "id"): 3,
        ("recordings", 0, "timeline"): 4,
        ("recordings", 0, "timeline", 0): 5,
        ("recordings", 0, "timeline", 0, "after"): 5,
        ("recordings", 0, "timeline", 0, "after", "time"): 5,
        ("recordings", 1): 7,
        ("recordings", 1, "id"): 7,
    }


def test_alias_is_expanded_to_separate_copies() -> None:
    document = parse_yaml("a: &x {b: [1]}\nc: *x\nd: *x")
    assert document.value == {"a": {"b": [1]}, "c": {"b": [1]}, "d": {"b": [1]}}
    assert (document.lines["c",], document.lines["c", "b", 0]) == (2, 1)
    assert document.value["c"] is not document.value["d"]


def make_alias_bomb(levels: int, width: int = 9) -> str:
    """Return a text in which each level is several times as large as the one below."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


def test_alias_expansion_is_limited() -> None:
    assert parse_yaml(make_alias_bomb(4)).value["a3"].__repr__().count("x") == 9**3
    with pytest.raises(ScenarioError, match=r"^bomb\.yaml:\d+:\d+: expected aliases that stand for at most 20,000 val"):
        parse_yaml(make_alias_bomb(20), "bomb.yaml")


def test_nested_aliases_are_limited_in_depth() -> None:
    text = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 70))])
    with pytest.raises(ScenarioError, match="expected values at most 60 deep, found deeper ones behind aliases"):
        parse_yaml(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &a [*a]", "1:4: expected values that end, found a value that contains itself."),
        ("a: 1\nb: 2\na: 3", "3:1: expected each key once, found 'a' again; the first is on line 1."),
        ("1: a", "1:1: expected text as a key, found 1: put it in quotes."),
        ("true: a", "1:1: expected text as a key, found true: put it in quotes."),
        ("~: a", "1:1: expected text as a key, found nothing: put it in quotes."),
        ("? [a]\n: b", "1:3: expected text as a key, found a list: put it in quotes."),
        ("? {a: b}\n: c", "1:3: expected text as a key, found a list: put it in quotes."),
        ("a: &x {b: 1}\nc:\n  <<: *x", "3:3: expected keys written out, found the merge key <<: YAML 1.2 has none."),
        (
            "!!python/object:os.system x",
            "expected a value without a tag of its own, found the tag !!python/object:os.sy",
        ),
        ("a: !mine x", "1:4: expected a value without a tag of its own, found the tag !mine."),
        ("!!set {a}", "1:1: expected a value without a tag of its own, found the tag !!set."),
        ("!!timestamp 2026-03-01", "1:1: expected a value without a tag of its own, found the tag !!timestamp."),
        ("!!int x", "1:1: expected a value for the tag !!int, found 'x'."),
        ("!!bool yes", "1:1: expected a value for the tag !!bool, found 'yes'."),
        ("[" * 61 + "]" * 61, "1:61: expected YAML: values are nested more than 60 deep."),
        ("[" * 9000, "1:61: expected YAML: values are nested more than 60 deep."),
        ("[" + "1," * 20_001 + "]", "1:40000: expected YAML: more than 20,000 values."),
        ("a: b: c", "1:5: expected YAML: mapping values are not allowed here."),
        ("a\n--- \nb", "2:1: expected YAML: but found another document."),
        ("[a", "expected YAML: expected ',' or ']', but got '<stream end>'."),
        ("*x", "1:1: expected YAML: found undefined alias 'x'."),
        ('"\\UFFFFFFFF"', "expected YAML, found a meaningless escape or directive."),
        (f"%YAML {'9' * 5000}.1\n--- a", "expected YAML, found a meaningless escape or directive."),
    ],
)
def test_invalid_yaml_raises_one_line_error(text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        parse_yaml(text)
    assert message in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_numbers_of_thousands_of_digits_are_parsed() -> None:
    assert parse_yaml("9" * 5000).value == float("inf")
    assert parse_yaml("0x" + "f" * 5000).value > 1 << 5000
