"""Which outputs show colour."""

import pytest

from mockserver.settings.colors import shows_color


@pytest.mark.parametrize(
    ("is_terminal", "environment", "platform", "expected"),
    [
        (True, {}, "linux", True),
        (True, {"NO_COLOR": ""}, "darwin", True),
        (True, {"NO_COLOR": "1"}, "linux", False),
        (True, {"TERM": "dumb"}, "linux", False),
        (False, {}, "linux", False),
        (True, {}, "win32", False),
        (True, {"WT_SESSION": "x"}, "win32", True),
    ],
)
def test_color_is_for_terminals_that_show_it(
    is_terminal: bool, environment: dict[str, str], platform: str, expected: bool
) -> None:
    assert expected == shows_color(is_terminal=is_terminal, environment=environment, platform=platform)
