"""Runs the tests marked `variant` again: `python -m tests.variants`.

Variants are asyncio's own event loop, and the system's Python if it is another release than this one.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
_SYSTEM_PYTHON = Path("/usr/bin/python3")
_TIMEOUT_SECONDS = 600
_OLDEST_RELEASE = (3, 11)
_PRINT_VERSION = "import sys; print(*sys.version_info[:3])"


def main() -> int:
    """Run all variants that this machine has, and return the exit code of the first that fails."""
    code = _run_on_asyncio(Path(sys.executable))
    release = _find_release(_SYSTEM_PYTHON)
    name = ".".join(map(str, release))
    if release == sys.version_info[:3] or release < _OLDEST_RELEASE:
        print(f"== variant: the system's Python {name or 'is missing'}: not run")
        return code
    with tempfile.TemporaryDirectory() as folder:
        python = _make_environment(Path(folder))
        if python is None:
            print(f"== variant: the system's Python {name}: not run, because it cannot make a virtual environment")
            return code
        print(f"== variant: the system's Python {name}", flush=True)
        return code or _run_tests(python, os.environ) or _run_on_asyncio(python)


def _run_on_asyncio(python: Path) -> int:
    """Run the tests in processes that cannot import uvloop."""
    print("== variant: asyncio's event loop", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "uvloop.py").write_text('raise ImportError("this variant has no uvloop")\n')
        return _run_tests(python, os.environ | {"PYTHONPATH": folder})


def _run_tests(python: Path, environment: os._Environ[str] | dict[str, str]) -> int:
    command = [str(python), "-m", "pytest", "-q", "-n", "auto", "-m", "variant", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=_TIMEOUT_SECONDS, check=False).returncode


def _find_release(python: Path) -> tuple[int, ...]:
    if not python.exists():
        return ()
    process = subprocess.run([python, "-c", _PRINT_VERSION], capture_output=True, text=True, timeout=60, check=True)
    return tuple(map(int, process.stdout.split()))


def _make_environment(folder: Path) -> Path | None:
    """Return the Python of a new virtual environment with this project, or None if venv is not installed."""
    made = subprocess.run([_SYSTEM_PYTHON, "-m", "venv", folder], stdout=subprocess.DEVNULL, timeout=120, check=False)
    if made.returncode:
        return None
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "-q", "-e", f"{ROOT}[dev]"]
    subprocess.run(command, timeout=_TIMEOUT_SECONDS, check=True)
    return python


if __name__ == "__main__":
    sys.exit(main())
