import pytest

from mockserver.settings.loading import load_settings
from mockserver.settings.settings import Settings, SettingsError


def test_flag_overrides_variable_and_variable_overrides_default() -> None:
    environment = {"RECMOCK_COUNT": "7", "RECMOCK_SEED": "mine", "RECMOCK_SPAN": "1d"}
    found = load_settings({"count": "5", "seed": None}, environment)
    assert (found.count, found.seed, found.span) == (5, "mine", Settings().span)


def test_error_names_the_flag_or_the_variable() -> None:
    with pytest.raises(SettingsError, match=r"^--count: expected a whole number"):
        load_settings({"count": "many"}, {"RECMOCK_COUNT": "7"})
    with pytest.raises(SettingsError, match=r"^RECMOCK_COUNT: expected a whole number"):
        load_settings({"count": None}, {"RECMOCK_COUNT": "many"})
