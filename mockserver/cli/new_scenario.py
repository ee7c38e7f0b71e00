"""A new scenario file, with comments, to start from."""

import re
from importlib.resources import files
from pathlib import Path

from mockserver.cli.errors import CommandError
from scenarios.model import HANDLE_PATTERN

_EXTENSIONS = (".yaml", ".yml")


def write_new_scenario(name_or_path: str) -> Path:
    """Write a scenario file that plays as it is, and return its path.

    Args:
        name_or_path: the name of the scenario, for a file in the working directory, or a path that ends in .yaml.

    Raises:
        CommandError: if the file exists or cannot be written, or its name is none of a scenario.
    """
    path = Path(name_or_path if name_or_path.endswith(_EXTENSIONS) else f"{name_or_path}.yaml")
    if not re.fullmatch(HANDLE_PATTERN, path.stem):
        raise CommandError(
            f"NAME: expected at most 64 letters, digits, dots, hyphens and underscores, such as late-file, found "
            f"{path.stem[:80]!r}."
        )
    text = files("scenarios").joinpath("templates", "new.yaml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{path}: expected a name that no file has, found one: it stays as it is.") from None
    except OSError as error:
        raise CommandError(f"{path}: expected a file that can be written: {error.strerror}.") from None
    return path


def describe_next_steps(path: Path) -> str:
    """Return what to do with a new scenario file."""
    return f"""Wrote {path}. Next:
  recmock scenario explain {path}    shows what it will play
  recmock serve --scenario {path}    plays it in every account, and again after each change of the file
  recmock scenario arm {path}        plays it in an account of a running server
  recmock scenario run {path} -- COMMAND    plays it around a program"""
