"""Variables that begin like a setting and are none."""

import pytest

from mockserver.settings.loading import get_all_settings, load_settings
from mockserver.settings.unknown_variables import describe_unknown_variables


@pytest.mark.parametrize(
    ("name", "value", "suggestion"),
    [
        ("RECMOCK_CUONT", "3", "RECMOCK_COUNT"),
        ("RECMOCK_CALLBACK_HOST", "x", "RECMOCK_CALLBACK_HOSTS"),
        ("RECMOCK_PORT", "8080", "RECMOCK_LISTEN"),
        ("RECMOCK_HOST", "0.0.0.0", "RECMOCK_LISTEN"),
    ],
)
def test_unknown_variable_is_described_with_the_nearest_name(name: str, value: str, suggestion: str) -> None:
    assert describe_unknown_variables({name: value}) == [
        f"{name} is not a setting, and was ignored. Did you mean {suggestion}?"
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECMOCK_SERVICE_HOST", "10.0.0.1"),
        ("RECMOCK_SERVICE_PORT", "4010"),
        ("RECMOCK_SERVICE_PORT_HTTP", "4010"),
        ("RECMOCK_PORT", "tcp://10.0.0.1:4010"),
        ("RECMOCK_PORT_4010_TCP", "tcp://10.0.0.1:4010"),
        ("RECMOCK_PORT_4010_TCP_PROTO", "tcp"),
        ("RECMOCK_PORT_4010_TCP_PORT", "4010"),
        ("RECMOCK_PORT_4010_TCP_ADDR", "10.0.0.1"),
        ("RECMOCK_API_SERVICE_PORT", "4010"),
        ("RECMOCK_API_PORT", "tcp://10.0.0.1:4010"),
        ("RECMOCK_URL", "http://127.0.0.1:4010"),
        ("RECMOCK_CUONT", ""),
        ("RECMOC", "x"),
        ("COUNT", "x"),
    ],
)
def test_variables_of_kubernetes_and_others_are_passed_over(name: str, value: str) -> None:
    assert describe_unknown_variables({name: value}) == []


def test_no_variable_of_a_setting_is_one_that_kubernetes_makes() -> None:
    names = [setting.variable for setting in get_all_settings().values()]
    assert "RECMOCK_PORT" not in names
    assert describe_unknown_variables(dict.fromkeys(names, "x")) == []


def test_command_default_holds_beside_an_empty_variable() -> None:
    flags, defaults = {"wire": None}, {"wire": "twilio"}
    assert load_settings(flags, {"RECMOCK_WIRE": ""}, defaults).wire == "twilio"
    assert load_settings(flags, {"RECMOCK_WIRE": "schema"}, defaults).wire == "schema"
