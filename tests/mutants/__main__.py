"""Checks that tests notice faults: `python -m tests.mutants [ROOM ...]`.

Each mutation of the tables in `tests/mutants/table` is put into a temporary copy of the tree, alone, and its tests run.
At least one must fail. A tool for developers, not a part of the checks: it takes minutes.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutation import ROOT, Mutation, StaleMutationError, load_mutations
from tests.mutants.trial import Outcome, Trial, copy_tree, run_tests, try_mutation

_BASELINE_FACTOR = 20
"""The tests of all mutations together get this many time limits."""


def main(arguments: list[str] | None = None) -> int:
    """Try the mutations, print their outcomes and the score, and return 1 if one survived."""
    mutations = load_mutations()
    options = _parse_arguments(arguments, sorted({mutation.room for mutation in mutations}))
    chosen = [
        mutation
        for mutation in mutations
        if mutation.room in (options.rooms or [mutation.room]) and options.match in f"{mutation.file} {mutation.why}"
    ]
    if not chosen:
        print("no mutation matches")
        return 1
    try:
        return _try_all(chosen, options.jobs, options.time_limit)
    except StaleMutationError as error:
        print(f"stale: {error}")
        return 1


def _parse_arguments(arguments: list[str] | None, rooms: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"only these: {', '.join(rooms)}")
    parser.add_argument("--match", default="", metavar="TEXT", help="only mutations with this text in file or reason")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many run at once (default: 1)")
    parser.add_argument(
        "--time-limit", type=float, default=60.0, metavar="SECONDS", help="of the tests of one mutation (default: 60)"
    )
    options = parser.parse_args(arguments)
    if unknown := sorted({*options.rooms} - {*rooms}):
        parser.error(f"expected rooms of {', '.join(rooms)}, found {', '.join(unknown)}")
    return options


def _try_all(mutations: list[Mutation], jobs: int, time_limit: float) -> int:
    start = time.perf_counter()
    for mutation in mutations:
        mutation.check(ROOT)
    print(f"First, the tests of {len(mutations)} mutations without any of them.", flush=True)
    with tempfile.TemporaryDirectory(prefix="recmock-mutants-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            copies.put(copy_tree(ROOT, Path(folder, str(number))))
        if not _passes_without_mutation(mutations, copies, time_limit * _BASELINE_FACTOR):
            return 1

        def try_in_free_copy(mutation: Mutation) -> Trial:
            copy = copies.get()
            try:
                return try_mutation(mutation, copy, time_limit)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(jobs) as pool:
            not_killed: list[str] = []
            for mutation, trial in zip(mutations, pool.map(try_in_free_copy, mutations), strict=True):
                line = f"{trial.outcome:<10} {mutation.file}: {mutation.why}"
                print(line, flush=True)
                if trial.outcome is Outcome.NOT_TESTED:
                    print(trial.output)
                if not trial.is_killed:
                    not_killed.append(line)
    _print_score(len(mutations), not_killed, time.perf_counter() - start)
    return 1 if not_killed else 0


def _print_score(count: int, not_killed: list[str], seconds: float) -> None:
    """Print the score, after the lines that the reader would have to search for above."""
    if not_killed:
        print("No test notices these:", *not_killed, sep="\n")
    print(f"{count - len(not_killed)} of {count} mutations killed in {seconds:.0f} s")


def _passes_without_mutation(mutations: list[Mutation], copies: "SimpleQueue[Path]", time_limit: float) -> bool:
    """Return True if the tests pass in the unchanged copy: a test that always fails proves nothing."""
    copy = copies.get()
    tests = sorted({test for mutation in mutations for test in mutation.tests})
    trial = run_tests(tests, copy, time_limit)
    copies.put(copy)
    if trial.outcome is not Outcome.SURVIVED:
        print(trial.output)
        print(f"these tests do not pass without a mutation ({trial.outcome})")
    return trial.outcome is Outcome.SURVIVED


if __name__ == "__main__":
    sys.exit(main())
