"""The flags `--host` and `--port`, which set the parts of `--listen`."""

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from mockserver.settings.loading import load_settings
from mockserver.settings.parsing import BadValueError, parse_host, parse_port
from mockserver.settings.settings import SettingsError

_PARSERS: dict[str, Callable[[str], Any]] = {"host": parse_host, "port": parse_port}
_METAVARS = {"host": "NAME", "port": "N"}


def add_listen_parts(group: Any, **default: Any) -> None:
    """Add the flags."""
    for name, metavar in _METAVARS.items():
        group.add_argument(f"--{name}", metavar=metavar, help=f"The {name} of --listen.", **default)


def combine_listen_parts(options: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Set the option `listen` from its parts, if the user gave one. Variable and default give the other part.

    Raises:
        SettingsError: if a part is invalid, or if the user gave `--listen` too.
    """
    given = {name: text for name in _PARSERS if (text := vars(options).get(name)) is not None}
    if not given:
        return
    if options.listen is not None:
        flags = " and ".join(f"--{name}" for name in given)
        raise SettingsError(f"--listen: expected either --listen or {flags}, found both.")
    address = load_settings({"listen": None}, environment).listen
    options.listen = str(address._replace(**{name: _parse(name, text) for name, text in given.items()}))


def _parse(name: str, text: str) -> Any:
    try:
        return _PARSERS[name](text)
    except BadValueError as error:
        raise SettingsError(f"--{name}: {error}") from None
