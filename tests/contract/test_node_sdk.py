"""twilio-node, unmodified except for `client.api.baseUrl`. The script beside this file holds the assertions."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.settings.choices import Profile
from mockserver.settings.settings import Settings
from tests.harness import make_settings

SCRIPT = Path(__file__).with_name("recordings.js")


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a node_modules folder with twilio: RECMOCK_NODE_MODULES, which the README's command fills."""
    if shutil.which("node") is None:
        pytest.skip("node is not there")
    folder = os.environ.get("RECMOCK_NODE_MODULES")
    if folder is None or not (Path(folder) / "twilio").is_dir():
        pytest.skip("RECMOCK_NODE_MODULES names no folder with the package twilio")
    return Path(folder)


@pytest.mark.parametrize(
    ("part", "settings"),
    [
        ("realistic", make_settings(count=2300)),
        ("adversarial", make_settings(count=2000, profile=Profile.ADVERSARIAL, mix="deleted=0")),
        ("family", make_settings(count=200, mix="completed=1,encrypted=0,conference=0.3")),
    ],
)
def test_node_sdk_script_passes(modules: Path, part: str, settings: Settings) -> None:
    mock = Mock(settings)
    with BackgroundServer(create_app(mock)) as server:
        result = subprocess.run(
            ["node", str(SCRIPT), part, server.base_url, mock.demo.sid, mock.demo.token],
            capture_output=True,
            text=True,
            check=False,
            env={"NODE_PATH": str(modules), "PATH": os.environ["PATH"]},
            timeout=120,
        )
    assert (0, f"{part}: ok\n") == (result.returncode, result.stdout), result.stderr
