"""Runs the tests marked `variant` again: `python -m tests.variants`.

Variants are SQLite files and Redis as the stores of the servers, asyncio's own event loop, and the system's Python on
both loops. Redis is left out if it is not installed. The system's Python is left out if it is missing, of the same
release as this one, too old, or cannot have this project in a virtual environment. The last line names the variants
that ran, and says why one was left out. Every step has a time limit.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.redis_process import NO_REDIS, RedisProcess

ROOT = Path(__file__).parent.parent
_FOLDER = "tests/integration"
"""The folder of all tests with the mark. To collect the other tests takes longer than to run these."""
_SQLITE = "SQLite files"
_REDIS = "Redis"
_LOOP = "asyncio's event loop"
_SYSTEM_PYTHON = Path("/usr/bin/python3")
_OLDEST_RELEASE = (3, 11)
_PRINT_RELEASE = "import sys; print(*sys.version_info[:3])"
_START_SECONDS = 60.0
_INSTALLATION_SECONDS = 600.0
_TEST_SECONDS = 600.0


class _UnusableError(Exception):
    """The system's Python cannot run the tests: the message says why."""


def main(python: Path = Path(sys.executable), system_python: Path = _SYSTEM_PYTHON) -> int:
    """Run the variants in order, stop at the first failure, and return its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        modules, environment, stores = Path(folder, "modules"), Path(folder, "environment"), Path(folder, "stores")
        modules.mkdir()
        stores.mkdir()
        (modules / "uvloop.py").write_text('raise ImportError("this variant has no uvloop")\n', encoding="utf-8")
        if code := _run_tests(_SQLITE, python, RECMOCK_TEST_STORES=str(stores)) or _run_with_redis(python, stores):
            return code
        if code := _run_tests(_LOOP, python, modules):
            return code
        ran = ", ".join((_SQLITE, _REDIS if NO_REDIS is None else f"not {_REDIS} ({NO_REDIS})", _LOOP))
        try:
            release = _find_release(system_python)
            _create_environment(system_python, environment)
        except _UnusableError as error:
            print(f"== variants: {ran}; the system's Python was left out: {error}")
            return 0
        name, python = f"the system's Python {release}", environment / "bin" / "python"
        code = _run_tests(name, python) or _run_tests(f"{name}, {_LOOP}", python, modules)
        if not code:
            print(f"== variants: {ran}, {name} on both event loops")
        return code


def _run_with_redis(python: Path, folder: Path) -> int:
    """Run the tests with a Redis server, if it is installed."""
    if NO_REDIS is not None:
        return 0
    with RedisProcess(folder) as redis:
        return _run_tests(_REDIS, python, RECMOCK_TEST_STORES=redis.url)


def _run_tests(variant: str, python: Path, *search_path: Path, **variables: str) -> int:
    """Run the tests in processes that find these folders first, and have these environment variables."""
    print(f"== {variant}", flush=True)
    paths = [*map(str, search_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | ({"PYTHONPATH": os.pathsep.join(paths)} if paths else {}) | variables
    options = ["-q", "-n", "auto", "--dist", "worksteal", "-m", "variant", "-p", "no:cacheprovider"]
    command = [str(python), "-m", "pytest", *options, _FOLDER]
    start = time.perf_counter()
    try:
        code = subprocess.run(command, cwd=ROOT, env=environment, timeout=_TEST_SECONDS, check=False).returncode
    except subprocess.TimeoutExpired:
        print(f"the tests did not end in {_TEST_SECONDS:g} s")
        code = 1
    print(f"== {variant}: {'FAILED' if code else 'ok'} in {time.perf_counter() - start:.1f} s", flush=True)
    return code


def _find_release(system_python: Path) -> str:
    """Return the release of the system's Python.

    Raises:
        _UnusableError: if it is missing, of the same release as this one, or too old.
    """
    if not system_python.exists():
        raise _UnusableError(f"there is no {system_python}.")
    output = _run_step(_START_SECONDS, system_python, "-c", _PRINT_RELEASE)
    release = tuple(map(int, output.split()))
    name = ".".join(map(str, release))
    if release == sys.version_info[:3]:
        raise _UnusableError(f"its release is {name}, as that of this Python.")
    if release < _OLDEST_RELEASE:
        raise _UnusableError(f"its release is {name}, and the oldest that the project supports is 3.11.")
    return name


def _create_environment(system_python: Path, folder: Path) -> None:
    """Install this project in a new virtual environment, as CI does: with the same settings and cache of pip.

    Raises:
        _UnusableError: if venv is not installed, or pip does not find everything for this Python.
    """
    _run_step(_INSTALLATION_SECONDS, system_python, "-m", "venv", folder)
    pip = [str(folder / "bin" / "python"), "-m", "pip"]
    _run_step(_INSTALLATION_SECONDS, *pip, "install", "-q", "--no-compile", "-e", f"{ROOT}[dev]")


def _run_step(seconds: float, *command: str | Path) -> str:
    """Run a command, and return its output.

    Raises:
        _UnusableError: if it fails or does not end in time.
    """
    text = " ".join(map(str, command))
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise _UnusableError(f"`{text}` did not end in {seconds:g} s.") from None
    except OSError as error:
        raise _UnusableError(f"`{text}` failed: {error.strerror}.") from None
    if process.returncode:
        print(process.stdout, process.stderr, sep="", end="")
        raise _UnusableError(f"`{text}` failed, see above.")
    return process.stdout


if __name__ == "__main__":
    sys.exit(main())
