"""Flags that several commands take: settings, and which server and account are meant."""

import argparse
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, Self

from generators.suggestion import suggestion
from mockserver.cli import argument_types as words
from mockserver.settings.loading import Setting, all_settings

REMOTE = ("listen", "control_token")
"""Settings of commands that ask a running server."""
_ASKED = {
    "listen": "Instead of a URL: where the server listens.",
    "control_token": "What the server printed, where it listens beyond loopback.",
}
"""What settings are for where a server is asked, and none is started."""
_COMMAND_WIDTH = 13
_CHOICE = r"invalid choice: '(.*)' \(choose from (.*)\)"
"""As argparse has it, quotes around what can be chosen or not."""


class _Help(argparse.HelpFormatter):
    """Keeps each command and what it does on one line where both fit: argparse forgets that commands are indented."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **options)
        self._action_max_length = _COMMAND_WIDTH


class Parser(argparse.ArgumentParser):
    """A parser of a command, or of an action of one.

    Args:
        filling: adds what it takes, when that is first needed: of all commands one is parsed.
    """

    def __init__(self, *, filling: Callable[[Self], None] | None = None, **options: Any) -> None:
        super().__init__(formatter_class=_Help, **options)
        self._filling = filling

    def filled(self) -> Self:
        """Return it with all that it takes."""
        filling, self._filling = self._filling, None
        if filling is not None:
            filling(self)
        return self

    def parse_known_args(self, *arguments: Any, **options: Any) -> Any:
        self.filled()
        found, unknown = super().parse_known_args(*arguments, **options)
        if unknown:  # told here, where it is known which command they were meant for
            flags = [flag for action in self._actions for flag in action.option_strings]
            meant = suggestion(unknown[0].partition("=")[0], flags)
            self.error(f"does not take {' '.join(unknown)}.{meant}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in a sentence, and leave how it is used to `--help`."""
        chosen = re.search(_CHOICE, message)
        meant = "" if chosen is None else suggestion(chosen[1], re.findall(r"[\w-]+", chosen[2]))
        sentence = message if message.endswith((".", "?")) else f"{message}."
        form = "" if self.usage is None else f" It is written: {self.usage}."
        self.exit(2, f"{self.prog}: {sentence}{meant}{form} See {self.prog} --help.\n")


def add_command(commands: Any, name: str, about: str, **options: Any) -> Parser:
    """Add a command, or an action of one, and return its parser."""
    made: Parser = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", **options)
    return made


def add_settings(
    parser: Parser, names: Collection[str], defaults: Mapping[str, str], *, is_asking: bool = True
) -> None:
    """Add the flags of settings.

    Args:
        defaults: what is taken instead of a setting's own default, by name.
        is_asking: whether the command asks a server, rather than being one.
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


def add_url(parser: Any, about: str = "Ask the running server there.", **default: Any) -> None:
    """Add a flag for the server that is asked."""
    parser.add_argument("--url", metavar="URL", type=words.url, help=about, **default)


def add_account(parser: Any, about: str = "Whose; else the demo account's.", **default: Any) -> None:
    """Add a flag for the account that is meant."""
    parser.add_argument("--account", dest="of_account", metavar="AC...", type=words.account_sid, help=about, **default)


def add_json(parser: Parser, **default: Any) -> None:
    """Add a flag for answers that programs read."""
    parser.add_argument("--json", action="store_true", help="Print JSON.", **default)


def add_remote(parser: Parser, *, is_action: bool = False) -> None:
    """Add what every command needs that asks a running server.

    Args:
        is_action: whether the command that it is an action of has the same flags: what was given there holds
            where it is not given again.
    """
    default: dict[str, Any] = {"default": argparse.SUPPRESS} if is_action else {}
    add_json(parser, **default)
    group = parser.add_argument_group("server", "Which server and account; RECMOCK_URL names a server too.")
    add_url(group, "Where the server is.", **default)
    for name in REMOTE:
        _add_setting(group, all_settings()[name], _ASKED[name], **default)
    add_account(group, "Which account; else the demo account.", **default)
