"""`recmock scenario`: write, explain, validate and run scenarios; start, step and capture them on a running server."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser, add_command
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.options import (
    PROGRAM_DEFAULTS,
    PROGRAM_SETTINGS,
    REMOTE_SETTINGS,
    add_json,
    add_remote,
    add_server,
    add_settings,
)
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account
from mockserver.control.text import describe_events, describe_timelines
from scenarios.problems import ScenarioError

if TYPE_CHECKING:  # like the client
    from mockserver.control.views.capture import CaptureView

_SETTINGS = [name for name in PROGRAM_SETTINGS if name != "scenario"]
"""The settings of `recmock scenario run`, which names its scenario itself."""


def _add_arguments(parser: Parser) -> None:
    parser.usage = "recmock scenario ACTION [arguments and flags of the action]"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", prog=parser.prog)
    add_json(add_command(actions, "list", "list the bundled scenarios"))
    _add_scenario(add_command(actions, "show", "print the file of a scenario"))
    new = add_command(actions, "new", "write a scenario file with comments, to start from")
    new.add_argument("name", metavar="NAME", help="The name of the scenario, or the path of a new .yaml file.")
    validate = add_command(actions, "validate", "check scenarios, and print every mistake with its line")
    validate.add_argument("scenarios", nargs="+", metavar="NAME|FILE", help="Bundled scenarios or files.")
    add_json(validate)
    add_command(actions, "schema", "print the JSON Schema of scenario files, for editors")
    explain_action = add_command(actions, "explain", "print the events of a scenario")
    _add_scenario(explain_action)
    add_json(explain_action)
    run = add_command(actions, "run", "run a program in a scenario, and check what the scenario expects")
    run.usage = "recmock scenario run [settings] NAME|FILE -- COMMAND [ARGUMENT ...]"
    _add_scenario(run)
    add_settings(run, _SETTINGS, PROGRAM_DEFAULTS)
    _add_remote_actions(actions)


def _add_remote_actions(actions: Any) -> None:
    arm = add_command(actions, "arm", "start a scenario in an account of a running server")
    _add_scenario(arm)
    add_remote(arm)
    add_remote(add_command(actions, "next", "show what the timelines of an account wait for"))
    step = add_command(actions, "step", "run the next step of a recording's timeline now")
    step.add_argument("recording", metavar="HANDLE_PATTERN|SID", type=argument_types.recording, help="The recording.")
    add_remote(step)
    capture = add_command(actions, "capture", "print what happened in an account, as a scenario that plays it again")
    capture.add_argument(
        "of_account", metavar="ACCOUNT", type=argument_types.account_sid, help="The account: a SID, or demo."
    )
    add_json(capture)
    add_server(capture)


def _add_scenario(parser: Parser) -> None:
    parser.add_argument("scenario", metavar="NAME|FILE", help="A bundled scenario or a file.")


def _list_bundled(invocation: Invocation) -> int:
    from scenarios.loading.load import load  # slow to import, and --help does not need it
    from scenarios.loading.sources import find_bundled_files

    descriptions = {name: load(name).about for name in find_bundled_files()}
    width = max(map(len, descriptions))
    text = "\n".join(f"{name:{width}}  {about}" for name, about in descriptions.items())
    return print_value(descriptions, lambda _: text, as_json=invocation.options.json)


def _show(invocation: Invocation) -> int:
    """Print the file of a scenario, so that users can start their own scenario from it.

    Raises:
        CommandError: if the file cannot be read as text.
    """
    from scenarios.loading.sources import find_source

    source = find_source(invocation.options.scenario)
    try:
        print(source.file.read_text(encoding="utf-8"), end="")
    except OSError as error:
        raise CommandError(f"{source.name}: expected a file that can be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise CommandError(f"{source.name}: expected text in UTF-8, found an invalid byte at {error.start}.") from None
    return 0


def _write_new(invocation: Invocation) -> int:
    """Write a file to start from, and print what to do next."""
    from mockserver.cli.new_scenario import describe_next_steps, write_new_scenario

    print(describe_next_steps(write_new_scenario(invocation.options.name)))
    return 0


def _validate(invocation: Invocation) -> int:
    """Check scenarios, and print every mistake, or what importing recordings changes.

    Without `--json`, mistakes are reported on the standard error output. With it, the import reports are.

    Returns:
        1 if a scenario has a mistake, else 2 if a file cannot be found, else 0.
    """
    results = {name: _check_scenario(name) for name in invocation.options.scenarios}
    as_json = invocation.options.json
    if as_json:
        print_value({name: result.problems or None for name, result in results.items()}, str, as_json=True)
    for name, (problems, report, _) in results.items():
        if not problems and not as_json:
            print(f"{name}: valid")
        for problem in () if as_json else problems:
            print(f"recmock: {problem}", file=sys.stderr)
        for sentence in report:
            print(f"{name}: import: {sentence}", file=sys.stderr if as_json else sys.stdout)
    if any(result.problems and result.is_found for result in results.values()):
        return 1
    return 2 if any(result.problems for result in results.values()) else 0


class _CheckResult(NamedTuple):
    """The mistakes of a scenario, and its import report."""

    problems: tuple[str, ...] = ()
    import_report: tuple[str, ...] = ()
    is_found: bool = True


def _check_scenario(name_or_path: str) -> _CheckResult:
    from scenarios.loading.load import load
    from scenarios.loading.sources import find_source

    try:
        source = find_source(name_or_path)
    except ScenarioError as error:
        return _CheckResult((str(error),), is_found=False)
    try:
        return _CheckResult(import_report=load(name_or_path).import_report)
    except ScenarioError:
        from scenarios.loading.all_problems import find_all_problems

        return _CheckResult(tuple(map(str, find_all_problems(source))))


def _print_schema(invocation: Invocation) -> int:
    """Print the JSON Schema of scenario files, for editors."""
    from scenarios.schema import read_published_schema

    print(read_published_schema(), end="")
    return 0


def _explain(invocation: Invocation) -> int:
    from scenarios.explain.timelines import explain_scenario
    from scenarios.loading.load import load

    return print_value(explain_scenario(load(invocation.options.scenario)), str, as_json=invocation.options.json)


def _run_program(invocation: Invocation) -> int:
    """Run a program in a scenario, and print for each expectation of the scenario whether the program met it.

    If the scenario sets up accounts, the program gets the first of them.

    Returns:
        The exit code of the program if it is not 0; else 1 if an expectation is not met, else 0.
    """
    from mockserver.cli.program_server import check_program, run_program, serve_mock  # slow to import
    from mockserver.journal.expectations import ExpectationResult, check_expectations
    from scenarios.loading.load import load

    name, program = invocation.options.scenario, invocation.options.program
    check_program(program, f"recmock scenario run {name}")
    scenario = load(name)
    with serve_mock(invocation.settings, invocation.environment, (scenario,)) as served:
        code = run_program(program, served.environment)
        members = served.mock.groups.list_group(served.mock.demo.sid.lower())
        results: list[ExpectationResult] = []
        for sid in [member.declared.sid for member in members] or [served.mock.demo.sid]:
            account = served.mock.account(sid)
            expected = () if account.scenario is None else account.scenario.expect
            results += check_expectations(expected, account.journal, account.resolve_handle, account.milestones)
    for result in results:
        print(f"recmock: {'met' if result.is_met else 'NOT MET'}: {result.reason}", file=sys.stderr)
    return code or int(not all(result.is_met for result in results))


def _arm(invocation: Invocation) -> int:
    events = connect_account(invocation).scenario.arm(invocation.options.scenario)
    return print_value(events, describe_events, as_json=invocation.options.json)


def _show_next(invocation: Invocation) -> int:
    timelines = connect_account(invocation).state().timelines
    return print_value(timelines, describe_timelines, as_json=invocation.options.json)


def _step(invocation: Invocation) -> int:
    events = connect_account(invocation).recordings.step(invocation.options.recording)
    return print_value(events, describe_events, as_json=invocation.options.json)


def _capture(invocation: Invocation) -> int:
    """Print what happened in an account: as a file, in which comments say what it cannot, or as JSON."""
    captured = connect_account(invocation).scenario.capture()
    return print_value(captured, _format_capture, as_json=invocation.options.json)


def _format_capture(captured: "CaptureView") -> str:
    from scenarios.writing import write_yaml

    notes = ["What this file cannot say:", *captured.notes] if captured.notes else []
    return write_yaml(captured.scenario, notes).rstrip("\n")


_ACTIONS: dict[str, Callable[[Invocation], int]] = {
    "list": _list_bundled,
    "show": _show,
    "new": _write_new,
    "validate": _validate,
    "schema": _print_schema,
    "explain": _explain,
    "run": _run_program,
    "arm": _arm,
    "next": _show_next,
    "step": _step,
    "capture": _capture,
}


def _run(invocation: Invocation) -> int:
    return _ACTIONS[invocation.options.action](invocation)


COMMAND = Command(_run, _add_arguments, settings=[*_SETTINGS, *REMOTE_SETTINGS], defaults=PROGRAM_DEFAULTS)
