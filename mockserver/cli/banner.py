"""What `recmock serve` prints when it accepts connections: the account, and programs to paste."""

import json
import shlex
from collections.abc import Mapping, Sequence

import msgspec

from mockserver.settings.colors import shows_color

_WIDTH = 80
"""The columns of a line, in the smallest common terminal."""
_NAME_WIDTH = 12
_PASTE = "Paste into a shell, python (pip install twilio) or node (npm install twilio):"
_SHELL = """\
curl -u {credentials} \\
  "{url}/2010-04-01/Accounts/\\
{sid}/Recordings.json?PageSize=2"
"""
"""Any shell joins the lines: none of them is too long for a terminal."""
_PYTHON = """\
from twilio.rest import Client
sid = "{sid}"
token = {token}
client = Client(sid, token)
client.api.base_url = "{url}"
print([recording.sid for recording in client.recordings.list(limit=3)])
"""
_NODE = """\
const sid = "{sid}";
const token = {token};
const client = require("twilio")(sid, token);
client.api.baseUrl = "{url}";
client.recordings.list({{ limit: 3 }}).then((found) =>
  console.log(found.map((recording) => recording.sid)));
"""
"""No line but the last is complete where it breaks: Node would run it without the rest."""
_PROGRAMS = {"Shell": _SHELL, "Python": _PYTHON, "Node": _NODE}
_LINES = {
    "Shell": 'curl -u {credentials} "{url}/2010-04-01/Accounts/{sid}/Recordings.json?PageSize=2"',
    "Python": 'from twilio.rest import Client; client = Client("{sid}", {token}); client.api.base_url = "{url}"; '
    "print([recording.sid for recording in client.recordings.list(limit=3)])",
    "Node": 'const client = require("twilio")("{sid}", {token}); client.api.baseUrl = "{url}"; '
    "client.recordings.list({{ limit: 3 }}).then((found) => console.log(found.map((recording) => recording.sid)));",
}
"""The same programs in one line each, which is too long for a terminal."""
_END = "Ctrl-C stops it."
PAGE_PATH = "/_mock/"
"""The path of the dashboard."""
_WAYS = (
    ("any program", ["recmock exec -- COMMAND runs it unchanged, on a mock of its own"]),
    ("pytest", ["the fixture recmock: def test_mine(recmock): recmock.client()"]),
)
"""Other ways to use the mock, as rows."""


class Style(msgspec.Struct, frozen=True):
    """The escape sequences of the parts of a banner; empty ones if it has no colour."""

    heading: str = ""
    name: str = ""
    url: str = ""
    end: str = ""


PLAIN = Style()
COLORED = Style(heading="\x1b[1m", name="\x1b[36m", url="\x1b[1;32m", end="\x1b[0m")


class Banner(msgspec.Struct, frozen=True, kw_only=True):
    """What a banner shows."""

    version: str
    url: str
    sid: str
    token: str
    rows: Sequence[tuple[str, Sequence[str]]] = ()
    """Further facts: a name with one or more sentences."""
    has_short_programs: bool = False
    """True if each program is one line."""

    def format(self, style: Style = PLAIN) -> str:
        """Return the text. Its programs can be pasted as they are, so they are not indented."""
        lines = [f"recmock {self.version} listening on {style.url}{self.url}{style.end}", ""]
        facts = (
            ("dashboard", [f"{self.url}{PAGE_PATH}"]),
            ("account SID", [self.sid]),
            ("auth token", [self.token]),
            *self.rows,
            *_WAYS,
        )
        for name, sentences in facts:
            lines += _format_row(name, sentences, style)
        lines += ["", _PASTE]
        for heading, program in self._write_programs().items():
            lines += ["", f"{style.heading}{heading}{style.end}", program.rstrip("\n")]
        return "\n".join([*lines, "", _END])

    def _write_programs(self) -> dict[str, str]:
        """Return the programs by their headings."""
        programs = _LINES if self.has_short_programs else _PROGRAMS
        values = {
            "credentials": shlex.quote(f"{self.sid}:{self.token}"),
            "sid": self.sid,
            "token": json.dumps(self.token),  # Python and JavaScript read it alike
            "url": self.url,
        }
        return {heading: program.format(**values) for heading, program in programs.items()}


def choose_style(*, is_terminal: bool, environment: Mapping[str, str]) -> Style:
    """Return the style for an output."""
    return COLORED if shows_color(is_terminal=is_terminal, environment=environment) else PLAIN


def _format_row(name: str, sentences: Sequence[str], style: Style) -> list[str]:
    """Return the lines of a row, with the name in front of the first."""
    indent = " " * (_NAME_WIDTH + 3)
    width = max(map(len, sentences)) if name == "control" else _WIDTH - len(indent)  # a token stays in one piece
    first, *others = [line for sentence in sentences for line in _wrap(sentence, width)]
    return [f"  {style.name}{name:{_NAME_WIDTH}}{style.end} {first}", *(f"{indent}{line}" for line in others)]


def _wrap(sentence: str, width: int) -> list[str]:
    if len(sentence) <= width and "\n" not in sentence:
        return [sentence]
    import textwrap  # slow to import, and most sentences are short

    return textwrap.wrap(sentence, width)
