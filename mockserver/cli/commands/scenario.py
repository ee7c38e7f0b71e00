"""`recmock scenario`: what scenarios there are, what they play, and playing one around a program."""

import sys
from collections.abc import Mapping, Sequence

from mockserver.cli.commands.exec import check_program, run_program, serve_mock
from mockserver.cli.errors import CommandError
from mockserver.cli.output import print_value
from mockserver.journal.expectations import verdicts
from mockserver.settings.settings import Settings
from scenarios.explain.timelines import explain
from scenarios.loading.load import load
from scenarios.loading.sources import bundled, find
from scenarios.problems import ScenarioError


def list_bundled(*, as_json: bool) -> int:
    """Print the bundled scenarios, a line each."""
    about = {name: load(name).about for name in bundled()}
    width = max(map(len, about))
    return print_value(
        about, lambda each: "\n".join(f"{name:{width}}  {text}" for name, text in each.items()), as_json=as_json
    )


def show(name_or_path: str) -> int:
    """Print a scenario's file, to begin one's own with.

    Raises:
        CommandError: where it cannot be read as text.
    """
    source = find(name_or_path)
    try:
        print(source.file.read_text(encoding="utf-8"), end="")
    except OSError as wrong:
        raise CommandError(f"{source.name}: expected a file that can be read: {wrong.strerror}.") from None
    except UnicodeDecodeError as wrong:
        raise CommandError(f"{source.name}: expected text in UTF-8, found byte {wrong.start} to be none.") from None
    return 0


def validate(names_or_paths: Sequence[str], *, as_json: bool) -> int:
    """Say of each scenario what is wrong with it, and return 2 where anything is.

    What is well goes to the standard output, what is wrong to the standard error output; as JSON it is one object.
    """
    found = {each: _wrong_with(each) for each in names_or_paths}
    if as_json:
        print_value(found, str, as_json=True)
    else:
        for each, wrong in found.items():
            print(f"{each}: well" if wrong is None else f"recmock: {wrong}", file=sys.stderr if wrong else sys.stdout)
    return 2 if any(found.values()) else 0


def _wrong_with(name_or_path: str) -> str | None:
    try:
        load(name_or_path)
    except ScenarioError as wrong:
        return str(wrong)
    return None


def explain_file(name_or_path: str, *, as_json: bool) -> int:
    """Print what a scenario will play."""
    return print_value(explain(load(name_or_path)), str, as_json=as_json)


def run(settings: Settings, environment: Mapping[str, str], name_or_path: str, program: Sequence[str]) -> int:
    """Play a scenario around a program, and judge what the scenario expects of it.

    Returns:
        The program's exit code where that is not 0; else 1 where an expectation is not met.
    """
    check_program(program, f"recmock scenario run {name_or_path}")
    scenario = load(name_or_path)
    with serve_mock(settings, environment, (scenario,)) as served:
        code = run_program(program, served.environment)
        account = served.mock.account(served.mock.demo.sid)
        judged = verdicts(scenario.expect, account.journal, account.sid_behind)
    for verdict in judged:
        print(f"recmock: {'met' if verdict.is_met else 'NOT MET'}: {verdict.why}", file=sys.stderr)
    return code or int(not all(verdict.is_met for verdict in judged))
