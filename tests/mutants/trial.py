"""Trials: the tests of a mutation, run in a copy of the tree that contains the fault."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from tests.mutants.mutation import Mutation

_NOT_COPIED = (".*", "__pycache__", "*.egg-info", "build", "dist")
_PYTEST = (
    *("-m", "pytest", "-q", "-x", "--no-header", "--tb=short", "-p", "no:cacheprovider", "-p", "no:randomly"),
    *("--hypothesis-seed=0", "--hypothesis-profile=mutants"),  # which does not shrink: one failure is enough
)
_TESTS_FAILED = 1
"""pytest's exit code; every other one than 0 means that it could not run the tests."""


class Outcome(StrEnum):
    """What became of a mutation."""

    KILLED = "killed"
    """A test failed."""
    TIMED_OUT = "timed out"
    """The tests did not end in time, which a developer notices too."""
    SURVIVED = "SURVIVED"
    """All tests passed: one is missing."""
    NOT_TESTED = "NOT TESTED"
    """pytest could not run the tests, for example because the fault prevents an import."""


class Trial(NamedTuple):
    """The result of running tests."""

    outcome: Outcome
    output: str

    @property
    def is_killed(self) -> bool:
        """True if the tests noticed the fault."""
        return self.outcome in (Outcome.KILLED, Outcome.TIMED_OUT)


def copy_tree(source: Path, target: Path) -> Path:
    """Copy the project without what is installed, built or cached, and return the copy's folder."""
    return Path(shutil.copytree(source, target, ignore=shutil.ignore_patterns(*_NOT_COPIED)))


def try_mutation(mutation: Mutation, copy: Path, time_limit: float) -> Trial:
    """Run the tests of a mutation in a copy of the tree, which is as before afterwards.

    Raises:
        StaleMutationError: if the mutation does not fit the code.
    """
    original = mutation.apply(copy)
    try:
        return run_tests(mutation.tests, copy, time_limit)
    finally:
        (copy / mutation.file).write_text(original, encoding="utf-8")


def run_tests(tests: Sequence[str], copy: Path, time_limit: float) -> Trial:
    """Run tests in a copy of the tree. After the time limit, in seconds, end them and every process they started."""
    # PYTHONPATH puts the copy before the installed project, also for the commands that tests start in other folders.
    # Without bytecode: a fault of the same length and second as the original would not be noticed.
    paths = os.pathsep.join([str(copy), str(copy / "mockserver" / "pytest_plugin")])  # it stands beside the packages
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTHONSAFEPATH", None)
    process = subprocess.Popen(
        [sys.executable, *_PYTEST, *tests],
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            output, _ = process.communicate(timeout=time_limit)
        except subprocess.TimeoutExpired:
            _kill_session(process.pid)
            return Trial(Outcome.TIMED_OUT, process.communicate()[0])
        _kill_session(process.pid)  # servers that a failed test left behind
    if process.returncode == 0:
        return Trial(Outcome.SURVIVED, output)
    return Trial(Outcome.KILLED if process.returncode == _TESTS_FAILED else Outcome.NOT_TESTED, output)


def _kill_session(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
