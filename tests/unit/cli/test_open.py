"""`recmock open`: whether there is a display, and what is printed and opened."""

import pytest

from mockserver.cli.commands.open import has_display, open_dashboard
from mockserver.cli.errors import CommandError


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_display_is_found(platform: str, environment: dict[str, str], expected: bool) -> None:
    assert has_display(environment, platform) is expected


def test_no_server_is_an_error() -> None:
    with pytest.raises(CommandError, match="expected a recmock server"):
        open_dashboard("http://127.0.0.1:1", opens_browser=True)
