"""What the shell may complete: the words after each command and action, and the values of their flags."""

import argparse
import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from mockserver.cli.argument_parser import Parser
from mockserver.cli.parser import make_parser
from mockserver.settings.loading import get_all_settings
from scenarios.loading.sources import find_bundled_files

_DEFAULT_COMMAND = "serve"
_PLAIN_WORD = re.compile(r"[a-z][a-z0-9-]*")
_FILE_METAVARS = ("FILE", "FOLDER")
_SCENARIO_METAVAR = "NAME|FILE"


class CompletedValue(NamedTuple):
    """What a flag or an operand takes."""

    words: tuple[str, ...] = ()
    is_file: bool = False


class CompletedFlag(NamedTuple):
    """A flag such as `--json`."""

    name: str
    description: str
    value: CompletedValue | None
    """None if it takes no value."""


class Place(NamedTuple):
    """A place in a command line: after `recmock`, a command or an action."""

    path: tuple[str, ...]
    """The command and the action; empty after `recmock` itself."""
    actions: dict[str, str]
    """The commands or actions that may follow, and their help texts."""
    flags: tuple[CompletedFlag, ...]
    operand: CompletedValue
    """What its operands take."""


def list_places() -> list[Place]:
    """Return all places. After `recmock` itself, the flags of its default command are accepted too."""
    root, *others = _walk(make_parser(), ())
    serve = next(place for place in others if place.path == (_DEFAULT_COMMAND,))
    known = {flag.name for flag in root.flags}
    return [
        root._replace(flags=(*root.flags, *(flag for flag in serve.flags if flag.name not in known))),
        *others,
    ]


def _walk(parser: Parser, path: tuple[str, ...]) -> Iterator[Place]:
    actions: dict[str, str] = {}
    flags, operands, parsers = [], [], {}
    for argument in parser.with_arguments()._actions:
        if isinstance(argument, argparse._SubParsersAction):
            actions = {choice.dest: choice.help or "" for choice in argument._choices_actions}
            parsers = dict(argument.choices)
        elif argument.option_strings:
            value = None if argument.nargs == 0 else _find_value(argument)
            flags.append(CompletedFlag(argument.option_strings[-1], (argument.help or "").replace("%%", "%"), value))
        else:
            operands.append(_find_value(argument))
    words = tuple(word for operand in operands for word in operand.words)
    yield Place(path, actions, tuple(flags), CompletedValue(words, any(operand.is_file for operand in operands)))
    for name, child in parsers.items():
        yield from _walk(child, (*path, name))


def _find_value(argument: argparse.Action) -> CompletedValue:
    """Return what an argument takes. Most settings check their values themselves, and argparse does not know them."""
    metavar = str(argument.metavar or "")
    setting = get_all_settings().get(argument.dest)
    if argument.choices is not None:
        words = tuple(map(str, argument.choices))
    elif setting is not None and isinstance(setting.default, Enum):
        words = tuple(str(choice) for choice in type(setting.default))
    elif metavar == _SCENARIO_METAVAR:
        words = tuple(find_bundled_files())
    else:
        words = tuple(filter(_PLAIN_WORD.fullmatch, metavar.split("|")))
    return CompletedValue(words, any(name in _FILE_METAVARS for name in metavar.split("|")))
