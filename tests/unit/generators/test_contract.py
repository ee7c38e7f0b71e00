from typing import Any

import pytest
from jsonschema import Draft202012Validator

from generators import contract
from generators.contract import MissingFormatCheckerError, find_violations, load_schema

VALID_RECORDING = {
    "sid": "RE" + "0" * 32,
    "account_sid": "AC" + "0" * 32,
    "call_sid": "CA" + "0" * 32,
    "status": "completed",
}


def test_minimal_recording_conforms() -> None:
    assert find_violations(VALID_RECORDING) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"date_created": "Fri, 14 Oct 2016 21:56:34 +0000"}, 'date_created: expected a date-time, found "Fri, 14'),
        ({"date_created": "2016-02-30T00:00:00Z"}, "date_created: expected a date-time"),
        ({"status": "paused"}, "status: expected one of processing, completed, absent, deleted, failed"),
        ({"channels": 3}, "channels: expected one of 1, 2, found 3"),
        ({"duration": 4}, "duration: expected string or null, found 4"),
        ({"uri": None}, "uri: expected string, found null"),
        ({"sid": "RE1"}, 'sid: expected pattern ^RE[0-9a-fA-F]{32}$, found "RE1"'),
        ({"subresource_uris": {"transcriptions": 1}}, "subresource_uris.transcriptions: expected string, found 1"),
        ({"uri": "x" * 200}, None),
        ({"encryption_details": "x" * 200}, 'encryption_details: expected object or null, found "xxx'),
    ],
)
def test_violations_name_field_expected_and_found_value(change: dict[str, Any], message: str | None) -> None:
    found = find_violations(VALID_RECORDING | change)
    if message is None:
        assert found == []
    else:
        assert len(found) == 1
        assert found[0].startswith(message)
        assert len(found[0]) < 200


def test_missing_keys_are_listed() -> None:
    assert find_violations({}) == [
        f"the recording: '{name}' is a required property" for name in ("sid", "account_sid", "call_sid", "status")
    ]
    assert find_violations([]) == ["the recording: expected object, found []"]


def test_missing_format_checker_raises_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without rfc3339-validator, jsonschema would accept every date."""
    contract._build_validator.cache_clear()
    checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)
    del checkers["date-time"]
    monkeypatch.setattr(Draft202012Validator.FORMAT_CHECKER, "checkers", checkers)
    with pytest.raises(MissingFormatCheckerError, match="the format 'date-time'"):
        find_violations(VALID_RECORDING)


def test_schema_is_loaded_and_formats_are_found() -> None:
    assert load_schema()["title"] == "Twilio Recording"
    assert list(contract._find_formats({"items": [{"format": "a"}, {"properties": {"format": {"format": "b"}}}]})) == [
        "a",
        "b",
    ]
