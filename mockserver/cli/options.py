"""Flags that several commands share: settings, the server, the account and JSON output."""

import argparse
from collections.abc import Collection, Mapping
from typing import Any

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser
from mockserver.cli.listen_parts import add_listen_parts
from mockserver.settings.loading import Setting, get_all_settings

CORPUS_SETTINGS = ("seed", "count", "span", "now", "profile", "mix")
"""Settings of commands that compute recordings without a server."""
REMOTE_SETTINGS = ("listen", "control_token")
"""Settings of commands that send requests to a running server."""
PROGRAM_SETTINGS = [
    name for name in get_all_settings() if name not in ("listen", "port_file", "control_token", "workers")
]
"""Settings of commands that run a program against a server on a free port."""
PROGRAM_DEFAULTS = {"wire": "twilio", "proxy_unknown": "tunnel", "log": "off"}
"""Values that these commands use if neither a flag nor a variable sets them: programs use an SDK and a proxy, and the
output is theirs.
"""
_REMOTE_HELP = {
    "listen": "Address of the server, instead of --url.",
    "control_token": "Token that the server printed. It is needed beyond loopback.",
}
"""Help texts of settings in commands that send requests to a server and do not start one."""


def add_settings(
    parser: Parser, names: Collection[str], defaults: Mapping[str, str] | None = None, *, starts_server: bool = False
) -> None:
    """Add the flags of settings.

    Args:
        names: the settings.
        defaults: values that replace the default of a setting in the help text, by name.
        starts_server: True if the command starts a server at the address of `listen`; False if it connects to it.
    """
    settings = [setting for setting in get_all_settings().values() if setting.name in names]
    group = parser.add_argument_group("settings", f"Each is also a variable, such as {settings[0].variable}.")
    for setting in settings:
        remote_help = None if starts_server else _REMOTE_HELP.get(setting.name)
        default = (defaults or {}).get(setting.name, setting.default_text)
        own_help = f"{setting.option.help}{f' Default: {default}.' if default else ''}"
        _add_setting(group, setting, remote_help or own_help)
        if setting.name == "listen":
            add_listen_parts(group)


def _add_setting(group: Any, setting: Setting, help_text: str, default: str | None = None) -> None:
    group.add_argument(
        setting.flag,
        dest=setting.name,
        metavar=setting.option.metavar,
        action="append" if setting.option.repeatable else "store",
        default=default,
        help=help_text.replace("%", "%%"),
    )


def add_url(parser: Any, help_text: str = "URL of the server.", **default: Any) -> None:
    """Add the flag `--url` for the running server."""
    parser.add_argument("--url", metavar="URL", type=argument_types.url, help=help_text, **default)


def add_account(parser: Any, help_text: str = "The account, or demo. Default: demo.", **default: Any) -> None:
    """Add the flag `--account`."""
    parser.add_argument(
        "--account", dest="of_account", metavar="AC...|demo", type=argument_types.account_sid, help=help_text, **default
    )


def add_json(parser: Parser, **default: Any) -> None:
    """Add the flag `--json`."""
    parser.add_argument("--json", action="store_true", help="Print JSON.", **default)


def add_remote(parser: Parser, *, is_action: bool = False) -> None:
    """Add the flags of commands that send requests to a running server.

    Args:
        is_action: True for an action of a command that has the same flags. A flag that the action does not get keeps
            the value that the command got.
    """
    default: dict[str, Any] = {"default": argparse.SUPPRESS} if is_action else {}
    add_json(parser, **default)
    add_account(add_server(parser, **default), **default)


def add_server(
    parser: Parser, description: str = "The variable RECMOCK_URL also sets the server.", **default: Any
) -> Any:
    """Add the flags that name a running server and its token, and return their group."""
    group = parser.add_argument_group("server", description)
    add_url(group, **default)
    for name in REMOTE_SETTINGS:
        _add_setting(group, get_all_settings()[name], _REMOTE_HELP[name], **default)
    add_listen_parts(group, **default)
    return group
