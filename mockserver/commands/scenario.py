"""`recmock scenario`: what scenarios there are, what they play, and playing one around a program."""

import sys
from collections.abc import Mapping, Sequence

import msgspec

from mockserver.commands.exec import run_program, serving
from mockserver.commands.printing import say
from mockserver.expectations import verdicts
from mockserver.settings import Settings
from scenarios.complaints import ScenarioError
from scenarios.explanation import explain
from scenarios.loading import load
from scenarios.sources import bundled, find


def list_bundled(*, as_json: bool) -> int:
    """Print the bundled scenarios, a line each."""
    about = {name: load(name).about for name in bundled()}
    width = max(map(len, about))
    return say(about, lambda each: "\n".join(f"{name:{width}}  {text}" for name, text in each.items()), as_json=as_json)


def show(name_or_path: str) -> int:
    """Print a scenario's file, to begin one's own with."""
    print(find(name_or_path).file.read_text(encoding="utf-8"), end="")
    return 0


def validate(names_or_paths: Sequence[str]) -> int:
    """Say what is wrong with scenarios: a line each, and 2 where anything is."""
    code = 0
    for each in names_or_paths:
        try:
            load(each)
            print(f"{each}: well")
        except ScenarioError as wrong:
            print(f"recmock: {wrong}", file=sys.stderr)
            code = 2
    return code


def explain_file(name_or_path: str, *, as_json: bool) -> int:
    """Print what a scenario will play."""
    return say(explain(load(name_or_path)), str, as_json=as_json)


def run(settings: Settings, environment: Mapping[str, str], name_or_path: str, program: Sequence[str]) -> int:
    """Play a scenario around a program, and judge what the scenario expects of it.

    Returns:
        The program's exit code where that is not 0; else 1 where an expectation is not met.
    """
    scenario = load(name_or_path)
    settings = msgspec.structs.replace(settings, scenario=(name_or_path,))
    with serving(settings, environment, program) as served:
        code = run_program(program, served.environment)
        account = served.mock.account(served.mock.demo.sid)
        judged = verdicts(scenario.expect, account.journal, account.sid_behind)
    for verdict in judged:
        print(f"recmock: {'met' if verdict.is_met else 'NOT MET'}: {verdict.why}", file=sys.stderr)
    return code or int(not all(verdict.is_met for verdict in judged))
