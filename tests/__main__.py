"""Runs every check that a change must pass: `python -m tests`. Further arguments go to pytest."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
NODE_DIR = ROOT / ".node"
NODE_PACKAGES = ("twilio", "express", "pyright")
_STEP_SECONDS = 1800.0
"""The time limit of each step."""


def main() -> int:
    """Run the checks in order, stop at the first failure, and return its exit code."""
    environment = os.environ | {"RECMOCK_NODE_MODULES": str(_install_node_modules())}
    python = [sys.executable, "-m"]
    pytest = [*python, "coverage", "run", "-m", "pytest", "-n", "auto", "--dist", "worksteal", *sys.argv[1:]]
    checks = {
        "format": [*python, "ruff", "format", "--check", "."],
        "lint": [*python, "ruff", "check", "."],
        "types": [*python, "mypy"],
        "layers": [str(Path(sys.executable).with_name("lint-imports"))],
        "old coverage": [*python, "coverage", "erase"],
        "tests": pytest,
        "combined coverage": [*python, "coverage", "combine", "--quiet"],
        "coverage": [*python, "coverage", "report"],
    }
    if not _has_browser():
        print("playwright ([browser]) or chromium is missing: the tests of the dashboard in a browser will be skipped")
    if importlib.util.find_spec("schemathesis") is None:
        print("schemathesis ([openapi]) is missing: the tests with requests that it generates will be skipped")
    for name, command in checks.items():
        print(f"== {name}", flush=True)
        start = time.perf_counter()
        try:
            code = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=_STEP_SECONDS).returncode
        except subprocess.TimeoutExpired:
            print(f"== {name}: expected an end within {_STEP_SECONDS:.0f} s, found none", flush=True)
            code = 1
        print(f"== {name}: {'ok' if code == 0 else 'FAILED'} in {time.perf_counter() - start:.1f} s", flush=True)
        if code:
            return code
    return 0


def _has_browser() -> bool:
    is_installed = importlib.util.find_spec("playwright") is not None
    return is_installed and any(map(shutil.which, ("chromium", "chromium-browser")))


def _install_node_modules() -> Path:
    """Return a folder with the newest packages of Node, installed if npm and a registry are available."""
    modules = Path(os.environ.get("RECMOCK_NODE_MODULES", NODE_DIR / "node_modules"))
    missing = [name for name in NODE_PACKAGES if not (modules / name).is_dir()]
    if missing and (npm := shutil.which("npm")) is not None:
        NODE_DIR.mkdir(exist_ok=True)
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(NODE_DIR), *missing]
        try:
            code = subprocess.run(command, cwd=NODE_DIR, check=False, timeout=_STEP_SECONDS).returncode
        except subprocess.TimeoutExpired:
            code = 1
        if code:
            print(f"npm could not install {', '.join(missing)}: the tests that need it will be skipped")
    return modules


if __name__ == "__main__":
    sys.exit(main())
