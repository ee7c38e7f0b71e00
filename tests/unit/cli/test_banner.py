"""The text that `recmock serve` prints at its start."""

import json
import shlex

import pytest

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver.cli.banner import COLORED, PLAIN, Banner, Style, choose_style

SID, TOKEN = derive_demo_account_sid("0"), derive_auth_token("0", derive_demo_account_sid("0"))
BANNER = Banner(version="1.2.3", url="http://127.0.0.1:65535", sid=SID, token=TOKEN)


def test_no_line_is_longer_than_a_terminal() -> None:
    text = "word " * 60
    rows = [("scenario", [text, "x" * 200]), ("import", [text])]
    banner = Banner(version="1.2.3", url="http://[::1]:65535", sid=SID, token=TOKEN, rows=rows)
    assert max(map(len, banner.format().splitlines())) <= 80


def test_name_is_in_front_of_the_first_line_of_its_row() -> None:
    banner = Banner(version="1", url="http://x", sid=SID, token=TOKEN, rows=[("import", ["one", "two"])])
    assert "\n  import       one\n               two\n" in banner.format()


def test_token_of_control_api_stays_in_one_piece() -> None:
    sentence = f"Authorization: Bearer {'x' * 100}"
    banner = Banner(version="1", url="http://x", sid=SID, token=TOKEN, rows=[("control", [sentence])])
    assert f"  control      {sentence}\n" in banner.format()


def test_programs_are_not_indented_and_quote_the_token() -> None:
    token = "to'k\"e$n `x`\\"
    text = Banner(version="1", url="http://x", sid=SID, token=token).format()
    assert f"\ncurl -u {shlex.quote(f'{SID}:{token}')} \\\n" in text
    assert f"\ntoken = {json.dumps(token)}\n" in text
    assert f"\nconst token = {json.dumps(token)};\n" in text


def test_other_ways_are_named() -> None:
    assert "recmock exec -- COMMAND" in BANNER.format()
    assert "def test_mine(recmock)" in BANNER.format()


def test_color_changes_no_character() -> None:
    colored = BANNER.format(COLORED)
    assert colored != BANNER.format()
    for sequence in (COLORED.heading, COLORED.name, COLORED.url, COLORED.end):
        assert sequence in colored
        colored = colored.replace(sequence, "")
    assert colored == BANNER.format()


@pytest.mark.parametrize(
    ("is_terminal", "environment", "style"), [(True, {}, COLORED), (True, {"NO_COLOR": "1"}, PLAIN), (False, {}, PLAIN)]
)
def test_style_has_color_if_it_is_shown(is_terminal: bool, environment: dict[str, str], style: Style) -> None:
    assert style == choose_style(is_terminal=is_terminal, environment=environment)
