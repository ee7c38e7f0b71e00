"""Sessions of pytest in processes of their own, which measure something: for benchmarks and soak tests."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_FIGURES_FILE = "figures.json"
"""The file in its folder into which a session writes what it measured."""


def run_measured_session(conftest: str, tests: str) -> Any:
    """Run tests in an empty folder with this tree's plugin, and return the figures that they wrote as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "conftest.py").write_text(conftest)
        Path(folder, "test_measured.py").write_text(tests)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
        paths = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
        subprocess.run(
            command, cwd=folder, env=os.environ | {"PYTHONPATH": paths}, check=True, stdout=subprocess.DEVNULL
        )
        return json.loads(Path(folder, _FIGURES_FILE).read_text())
