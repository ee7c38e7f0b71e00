import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from scenarios.loading.load import from_objects
from scenarios.loading.sources import find_bundled_files
from scenarios.schema import build_schema, format_schema, read_published_schema
from tests.unit.scenarios.loading.test_twilio_exports import API_LIST

VALID_SCENARIOS: list[dict[str, Any]] = [
    {},
    {"$schema": "./scenario.schema.json", "name": "x"},
    {"recordings": API_LIST},
    {"recordings": [{"id": "x", "date_created": "Wed, 20 Apr 2022 23:45:25 +0000", "start_time": None}]},
    {"recordings": [{"date_created": "2022-04-20", "duration": 3, "price": -0.1, "encryption_details": {"a": 1}}]},
    {"pick": [{"id": "x", "where": {"status": "completed"}, "timeline": [{"status": "deleted", "callback": []}]}]},
    {"faults": [{"then": {"delay": {"fixed": "1s"}}}, {"then": {"delay": "250ms"}}]},
    {"sequences": [{"answers": [500, "ok", {"status": 429}], "after": "5m", "until": {"requests": 3}}]},
    {"faults": [{"then": {"status": 500}, "after": {"any": ["1s", {"callback": "completed"}]}, "ttl": "10s"}]},
    {"page_drift": [{"insert": 1, "after": {"requests": 2}}]},
    {"callers": [{"to": "+15005550006", "from": "client:ann", "answers": True, "rings": "2s", "speech": ["Hi.", ""]}]},
    {"callers": [{"to": "1", "answers": "machine", "digits": "1w*#", "hangs_up_after": "5s"}, {"answers": "busy"}]},
    {"callers": [{"speech": []}]},
    {"auth": "strict", "tokens": [{"after": "5m", "create": "secondary", "token": "t"}, {"promote": "secondary"}]},
    {"accounts": [{"id": "a", "name": "A", "recordings": API_LIST}, {"sid": "AC" + "1" * 32, "parent": "a"}]},
    {"corpus": {"mix": {"status": {"absent": 1}, "dual": 0.5}}},
    {"recordings": [{"timeline": [{"status": "completed"}, {"after": "12s", "status": "deleted"}]}]},
    {
        "recordings": [
            {"timeline": [{"after": {"any": ["1m30s", {"all": ["1s", {"fetches": 1}]}]}, "status": "absent"}]}
        ]
    },
    {"recordings": [{"duration": None, "price": None, "error_code": None, "call_sid": None, "conference_sid": None}]},
    {"recordings": [{"encryption_details": None, "twilio_wire": {"price": None, "channels": 3}}]},
]
NO_ERROR_CODES: list[Any] = [1.5, "16107", [], True, 10**9]
NO_PRICES: list[Any] = [{}, "x", True, -(10**9)]
INVALID_SCENARIOS: list[Any] = [
    [],
    {"chanels": 1},
    {"recordings": [{"chanels": 1}]},
    {"recordings": "saved.yaml"},
    {"recordings": {"calls": []}},
    {"recordings": [{"timeline": [{"after": {"fetches": 1, "time": "1s"}}]}]},
    {"recordings": [{"timeline": [{"after": {"time": "12"}}]}]},
    {"faults": [{"then": {"delay": {}}}]},
    {"faults": [{"then": {"delay": "1s"}, "after": "soon"}]},
    {"sequences": [{"answers": ["ok"], "until": {"requests": 0}}]},
    {"page_drift": [{"insert": 1, "after": {"time": "1s", "signal": "go"}}]},
    {"recordings": [{"timeline": [{"after": "soon", "status": "completed"}]}]},
    {"recordings": [{"timeline": [{"after": 12, "status": "completed"}]}]},
    *({"recordings": [{"error_code": value}]} for value in NO_ERROR_CODES),
    *({"recordings": [{"price": value}]} for value in NO_PRICES),
    {"recordings": [{"duration": 86401}]},
    {"recordings": [{"call_sid": "CA1"}]},
    {"recordings": [{"twilio_wire": {"price": []}}]},
    {"recordings": [{"status": None}]},
    {"expect": [{"op": "list"}]},
    {"auth": "any"},
    {"tokens": [{"create": "primary"}]},
    {"tokens": [{"create": "secondary", "after": "soon"}]},
    {"accounts": [{"id": "a", "version": 1}]},
    {"accounts": [{"sid": "AC1"}]},
    {"callers": [{"answers": False}]},
    {"callers": [{"digits": 12}]},
    {"callers": [{"from_": "*"}]},
    {"callers": [{"speech": "Hi."}]},
]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(build_schema())
    return jsonschema.Draft202012Validator(build_schema(), format_checker=jsonschema.FormatChecker())


def test_published_schema_equals_model() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "scenarios.schema"], capture_output=True, text=True, check=True, timeout=100
    )
    assert process.stdout == format_schema() == read_published_schema()


@pytest.mark.parametrize("name", find_bundled_files())
def test_bundled_scenarios_conform(name: str, validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(yaml.safe_load(find_bundled_files()[name].read_text(encoding="utf-8")))


@pytest.mark.parametrize("scenario", VALID_SCENARIOS)
def test_valid_scenarios_conform_to_schema(
    scenario: dict[str, Any], validator: jsonschema.Draft202012Validator
) -> None:
    from_objects(scenario)
    validator.validate(scenario)


@pytest.mark.parametrize("scenario", INVALID_SCENARIOS)
def test_invalid_scenarios_do_not_conform_to_schema(scenario: Any, validator: jsonschema.Draft202012Validator) -> None:
    assert not validator.is_valid(scenario)


def test_schema_has_field_descriptions() -> None:
    definitions = build_schema()["$defs"]
    assert (
        (definitions["Trigger"]["properties"]["fetches"]["description"])
        == "The number of fetches. The last of them still sees the old state."
    )
    assert "HTML" in definitions["Then"]["properties"]["body"]["description"]
    assert json.loads(read_published_schema())["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def walk_schemas(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inside in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk_schemas(inside)


def test_every_property_of_the_schema_has_a_sentence() -> None:
    for name, definition in build_schema()["$defs"].items():
        for field, property_schema in definition.get("properties", {}).items():
            assert property_schema.get("description", "").endswith("."), f"{name}.{field}"


def test_schema_offers_no_null() -> None:
    for schema in walk_schemas(build_schema()):
        assert schema.get("type") != "null"
        assert "null" not in (schema["type"] if isinstance(schema.get("type"), list) else ())
        assert None not in schema.get("enum", ())
        assert schema.get("default", 0) is not None


def test_schema_cites_no_document_that_users_do_not_have() -> None:
    assert "§" not in format_schema()
