"""Acceptance tests of stores, run by hand: `python -m tests.acceptance`.

Clients change one account through all workers at the same time, while workers are killed if the state survives that.
"""

import argparse
import asyncio
import sys
import time

from tests.acceptance.checks import CHECKS, run_check
from tests.acceptance.deployment import CheckSkipped, Deployment
from tests.acceptance.deployments import DEPLOYMENTS
from tests.acceptance.effort import FULL, Effort
from tests.linearizability.search import SearchTooLong


def main() -> int:
    """Run the chosen checks on the chosen deployments, and return 1 if one of them fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance", description=__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"one of {', '.join(CHECKS)}. Default: all.")
    parser.add_argument("--deployment", choices=DEPLOYMENTS, action="append", help="repeatable. Default: all.")
    parser.add_argument("--seconds", type=float, default=FULL.seconds, help="of load. Default: %(default)g.")
    parser.add_argument("--kill-each", type=float, default=FULL.kill_each, help="seconds. Default: %(default)g.")
    options = parser.parse_args()
    if unknown := {*options.checks} - CHECKS.keys():
        parser.error(f"unknown checks: {', '.join(sorted(unknown))}")
    effort = FULL._replace(seconds=options.seconds, kill_each=options.kill_each)
    is_good = True
    for name in options.deployment or DEPLOYMENTS:
        with DEPLOYMENTS[name]() as deployment:
            for check in options.checks or CHECKS:
                is_good &= _report(check, deployment, effort)
    return 0 if is_good else 1


def _report(check: str, deployment: Deployment, effort: Effort) -> bool:
    """Run a check, print its result, and return False if it failed."""
    start, kills = time.perf_counter(), deployment.kills
    try:
        result, is_good = f"ok: {asyncio.run(run_check(check, deployment, effort))}", True
    except CheckSkipped as skipped:
        result, is_good = f"skipped: {skipped}", True
    except (AssertionError, SearchTooLong, TimeoutError) as error:
        result, is_good = f"FAILED: {error}", False
    seconds = time.perf_counter() - start
    print(f"{deployment.name} {check}: {result} ({deployment.kills - kills} kills, {seconds:.1f} s)", flush=True)
    return is_good


if __name__ == "__main__":
    sys.exit(main())
