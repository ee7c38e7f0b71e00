"""Imports and runs the function of a command: nothing else is imported, so each command starts fast."""

import argparse
from collections.abc import Mapping

from mockserver.settings.settings import Settings


def dispatch(options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]) -> int:
    """Run a command and return its exit code."""
    match options.command:
        case "serve":
            from mockserver.cli.commands.serve import serve

            return serve(settings)
        case "generate":
            from mockserver.cli.commands.generate import generate

            return generate(settings, options.of_account, options.output, options.format)
        case "sid":
            from mockserver.cli.commands.sid import print_sids

            return print_sids(settings, options.sid, options.index, options.of_account, options.url)
        case "check":
            from mockserver.cli.commands.check import check_file

            return check_file(options.file)
        case "keys":
            from mockserver.cli.commands.keys import print_keys

            return print_keys()
        case "ready":
            from mockserver.cli.commands.ready import check_ready

            return check_ready(settings, options.url)
        case "exec" | "env" | "ca":
            return _run_around_program(options, settings, environment)
        case "scenario":
            return _run_scenario_command(options, settings, environment)
        case _:
            return _run_remote(options, settings, environment)


def _run_around_program(options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]) -> int:
    match options.command:
        case "exec":
            from mockserver.cli.commands.exec import execute

            return execute(settings, environment, options.program)
        case "env":
            from mockserver.cli.commands.env import print_environment

            return print_environment(settings, environment, options.format, options.url)
        case _:
            from mockserver.cli.commands.ca import print_ca

            return print_ca(settings, environment, pem=options.pem, bundle=options.bundle)


def _run_scenario_command(options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]) -> int:
    from mockserver.cli.commands import scenario

    match options.action:
        case "list":
            return scenario.list_bundled(as_json=options.json)
        case "show":
            return scenario.show_bundled(options.scenario)
        case "validate":
            return scenario.validate(options.scenarios, as_json=options.json)
        case "explain":
            return scenario.explain_file(options.scenario, as_json=options.json)
        case "run":
            return scenario.run(settings, environment, options.scenario, options.program)
        case _:
            return _run_remote(options, settings, environment)


def _run_remote(options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]) -> int:
    from mockserver.cli.commands import remote as control

    commands = {
        "scenario": control.run_scenario,
        "clock": control.run_clock,
        "signal": control.run_signal,
        "faults": control.run_faults,
        "callbacks": control.run_callbacks,
        "doctor": control.run_doctor,
    }
    return commands[options.command](control.find_account(settings, options, environment), options)
