"""Flags that several commands share: settings, and the selection of server and account."""

import argparse
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, Self

from generators.suggestion import suggest
from mockserver.cli import argument_types as words
from mockserver.settings.loading import Setting, all_settings

REMOTE = ("listen", "control_token")
"""The settings of commands that use a running server."""
_ASKED = {
    "listen": "The server's address, instead of a URL.",
    "control_token": "The token that the server printed, if it listens beyond loopback.",
}
"""What these settings select when the command uses a running server."""
_COMMAND_WIDTH = 13
_CHOICE = r"invalid choice: '(.*)' \(choose from (.*)\)"
"""argparse's own message, with or without quotes around the choices."""


class _HelpFormatter(argparse.HelpFormatter):
    """Keeps each command and its description on one line if both fit: argparse ignores the indentation of commands."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **options)
        self._action_max_length = _COMMAND_WIDTH


class Parser(argparse.ArgumentParser):
    """The parser of a command, or of one of its actions.

    Args:
        filling: adds the arguments, when they are first needed: a run of recmock parses only one command.
    """

    def __init__(self, *, filling: Callable[[Self], None] | None = None, **options: Any) -> None:
        super().__init__(formatter_class=_HelpFormatter, **options)
        self._filling = filling

    def fill(self) -> Self:
        """Add the arguments, and return the parser."""
        filling, self._filling = self._filling, None
        if filling is not None:
            filling(self)
        return self

    def parse_known_args(self, *arguments: Any, **options: Any) -> Any:
        self.fill()
        found, unknown = super().parse_known_args(*arguments, **options)
        if unknown:  # reported here, because here the command is known
            flags = [flag for action in self._actions for flag in action.option_strings]
            meant = suggest(unknown[0].partition("=")[0], flags)
            self.error(f"does not take {' '.join(unknown)}.{meant}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """Report an error in one sentence. `--help` shows the usage."""
        chosen = re.search(_CHOICE, message)
        meant = "" if chosen is None else suggest(chosen[1], re.findall(r"[\w-]+", chosen[2]))
        sentence = message if message.endswith((".", "?")) else f"{message}."
        form = "" if self.usage is None else f" Usage: {self.usage}."
        self.exit(2, f"{self.prog}: {sentence}{meant}{form} See {self.prog} --help.\n")


def add_command(commands: Any, name: str, about: str, **options: Any) -> Parser:
    """Add a command, or an action of a command, and return its parser."""
    made: Parser = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", **options)
    return made


def add_settings(
    parser: Parser, names: Collection[str], defaults: Mapping[str, str], *, is_asking: bool = True
) -> None:
    """Add the flags of settings.

    Args:
        defaults: values that replace the defaults of settings, by name.
        is_asking: True if the command uses a running server instead of starting one.
    """
    rows = [setting for setting in all_settings().values() if setting.name in names]
    if rows:
        group = parser.add_argument_group("settings", f"Each is also a variable, such as {rows[0].variable}.")
        for setting in rows:
            about = _ASKED.get(setting.name) if is_asking else None
            default = defaults.get(setting.name, setting.default_text)
            _add_setting(group, setting, about or f"{setting.option.help}{f' Default: {default}.' if default else ''}")


def _add_setting(group: Any, setting: Setting, about: str, default: str | None = None) -> None:
    group.add_argument(
        setting.flag,
        dest=setting.name,
        metavar=setting.option.metavar,
        action="append" if setting.option.repeatable else "store",
        default=default,
        help=about.replace("%", "%%"),
    )


def add_url(parser: Any, about: str = "The URL of the running server to ask.", **default: Any) -> None:
    """Add the flag for the server's URL."""
    parser.add_argument("--url", metavar="URL", type=words.url, help=about, **default)


def add_account(parser: Any, about: str = "The account; by default the demo account.", **default: Any) -> None:
    """Add the flag for the account."""
    parser.add_argument("--account", dest="of_account", metavar="AC...", type=words.account_sid, help=about, **default)


def add_json(parser: Parser, **default: Any) -> None:
    """Add the flag for JSON output."""
    parser.add_argument("--json", action="store_true", help="Print JSON.", **default)


def add_remote(parser: Parser, *, is_action: bool = False) -> None:
    """Add the flags of every command that uses a running server.

    Args:
        is_action: True if the parent command has the same flags: an action inherits their values.
    """
    default: dict[str, Any] = {"default": argparse.SUPPRESS} if is_action else {}
    add_json(parser, **default)
    group = parser.add_argument_group("server", "The server and the account. RECMOCK_URL sets the server too.")
    add_url(group, "The server's URL.", **default)
    for name in REMOTE:
        _add_setting(group, all_settings()[name], _ASKED[name], **default)
    add_account(group, "The account; by default the demo account.", **default)
