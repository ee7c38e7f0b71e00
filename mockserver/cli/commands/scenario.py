"""`recmock scenario`: lists, explains and checks scenarios, and plays one around a program."""

import sys
from collections.abc import Mapping, Sequence

from mockserver.cli.commands.exec import check_program, run_program, run_server
from mockserver.cli.errors import CommandError
from mockserver.cli.output import print_value
from mockserver.journal.expectations import check_expectations
from mockserver.settings.settings import Settings
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import load
from scenarios.loading.sources import find_bundled_files, find_source
from scenarios.problems import ScenarioError


def list_bundled(*, as_json: bool) -> int:
    """Print the bundled scenarios, one per line."""
    about = {name: load(name).about for name in find_bundled_files()}
    width = max(map(len, about))
    return print_value(
        about, lambda each: "\n".join(f"{name:{width}}  {text}" for name, text in each.items()), as_json=as_json
    )


def show_bundled(name_or_path: str) -> int:
    """Print a scenario's file, as a start for your own.

    Raises:
        CommandError: if the file cannot be read as text.
    """
    source = find_source(name_or_path)
    try:
        print(source.file.read_text(encoding="utf-8"), end="")
    except OSError as wrong:
        raise CommandError(f"{source.name}: expected a file that can be read: {wrong.strerror}.") from None
    except UnicodeDecodeError as wrong:
        raise CommandError(f"{source.name}: expected text in UTF-8, found byte {wrong.start} to be none.") from None
    return 0


def validate(names_or_paths: Sequence[str], *, as_json: bool) -> int:
    """Print the problems of each scenario. Return 2 if there are any.

    Valid scenarios go to standard output, problems to standard error. With JSON, both are in one object.
    """
    found = {each: _find_problem(each) for each in names_or_paths}
    if as_json:
        print_value(found, str, as_json=True)
    else:
        for each, wrong in found.items():
            print(f"{each}: well" if wrong is None else f"recmock: {wrong}", file=sys.stderr if wrong else sys.stdout)
    return 2 if any(found.values()) else 0


def _find_problem(name_or_path: str) -> str | None:
    try:
        load(name_or_path)
    except ScenarioError as wrong:
        return str(wrong)
    return None


def explain_file(name_or_path: str, *, as_json: bool) -> int:
    """Print what a scenario will play."""
    return print_value(explain_scenario(load(name_or_path)), str, as_json=as_json)


def run(settings: Settings, environment: Mapping[str, str], name_or_path: str, program: Sequence[str]) -> int:
    """Play a scenario around a program, and check the scenario's expectations.

    Returns:
        The program's exit code if it is not 0; else 1 if an expectation is not met.
    """
    check_program(program, f"recmock scenario run {name_or_path}")
    scenario = load(name_or_path)
    with run_server(settings, environment, (scenario,)) as served:
        code = run_program(program, served.environment)
        account = served.mock.account(served.mock.demo.sid)
        judged = check_expectations(scenario.expect, account.journal, account.resolve_handle)
    for verdict in judged:
        print(f"recmock: {'met' if verdict.is_met else 'NOT MET'}: {verdict.reason}", file=sys.stderr)
    return code or int(not all(verdict.is_met for verdict in judged))
