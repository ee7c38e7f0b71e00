"""From what was written behind `recmock` to the function that does it, imported only then: each starts as it can."""

import argparse
from collections.abc import Mapping

from mockserver.settings.settings import Settings


def run(options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]) -> int:
    """Run a command and return its exit code."""
    match options.command:
        case "serve":
            from mockserver.cli.commands.serve import serve

            return serve(settings)
        case "generate":
            from mockserver.cli.commands.generate import generate

            return generate(settings, options.of_account, options.output, options.format)
        case "sid":
            from mockserver.cli.commands.sid import sid

            return sid(settings, options.sid, options.index, options.of_account, options.url)
        case "check":
            from mockserver.cli.commands.check import check

            return check(options.file)
        case "keys":
            from mockserver.cli.commands.keys import keys

            return keys()
        case "ready":
            from mockserver.cli.commands.ready import ready

            return ready(settings, options.url)
        case "exec" | "env" | "ca":
            return _lead(options, settings, environment)
        case "scenario":
            return _play(options, settings, environment)
        case _:
            return _ask(options, settings, environment)


def _lead(options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]) -> int:
    match options.command:
        case "exec":
            from mockserver.cli.commands.exec import execute

            return execute(settings, environment, options.program)
        case "env":
            from mockserver.cli.commands.env import env

            return env(settings, environment, options.format, options.url)
        case _:
            from mockserver.cli.commands.ca import ca

            return ca(settings, environment, pem=options.pem, bundle=options.bundle)


def _play(options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]) -> int:
    from mockserver.cli.commands import scenario

    match options.action:
        case "list":
            return scenario.list_bundled(as_json=options.json)
        case "show":
            return scenario.show(options.scenario)
        case "validate":
            return scenario.validate(options.scenarios, as_json=options.json)
        case "explain":
            return scenario.explain_file(options.scenario, as_json=options.json)
        case "run":
            return scenario.run(settings, environment, options.scenario, options.program)
        case _:
            return _ask(options, settings, environment)


def _ask(options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]) -> int:
    from mockserver.cli.commands import remote as control

    commands = {
        "scenario": control.scenario,
        "clock": control.clock,
        "signal": control.signal,
        "faults": control.faults,
        "callbacks": control.callbacks,
        "doctor": control.doctor,
    }
    return commands[options.command](control.account_of(settings, options, environment), options)
