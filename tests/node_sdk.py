"""twilio-node and Express, if they are installed."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

_SIGNATURES_SCRIPT = Path(__file__).parent / "contract" / "signatures.js"
SignatureCase = tuple[str, Mapping[str, str | list[str]], str]
"""A URL, the parameters of a form, and a signature."""


def find_node_modules(*packages: str) -> Path:
    """Return the folder RECMOCK_NODE_MODULES. The test is skipped if it lacks a package: twilio by default."""
    modules, names = os.environ.get("RECMOCK_NODE_MODULES"), packages or ("twilio",)
    if shutil.which("node") is None or modules is None or not all((Path(modules) / name).is_dir() for name in names):
        needed = " and ".join(names)
        pytest.skip(f"node is not there, or RECMOCK_NODE_MODULES names no folder with the packages {needed}")
    return Path(modules)


def validate_signatures(cases: Sequence[SignatureCase], token: str) -> list[bool]:
    """Return the results of twilio-node's validator. The test is skipped if it is missing."""
    modules = str(find_node_modules())
    process = subprocess.run(
        ["node", str(_SIGNATURES_SCRIPT), token],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=False,
        env={"NODE_PATH": modules, "PATH": os.environ["PATH"]},
        timeout=60,
    )
    assert process.returncode == 0, process.stderr
    found: list[bool] = json.loads(process.stdout)
    return found
