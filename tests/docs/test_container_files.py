"""The files for containers in the README: Compose, a dev container, a GitHub workflow and Testcontainers.

No test has a Docker daemon. So the files are read, and what they name is compared with the image and tried on a server.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver import __version__
from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.settings.loading import get_all_settings, load_settings
from scenarios.loading.yaml import parse_yaml
from tests.harness import make_settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SID = derive_demo_account_sid("0")
TOKEN = derive_auth_token("0", SID)
BASE_URL = "http://127.0.0.1:4010"
IMAGE_VARIABLES = dict(re.findall(r"^ENV (\w+)=(\S+)$", DOCKERFILE, re.MULTILINE))
(PORT,) = map(int, re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE))


def find_block(language: str, first_line: str) -> str:
    found: list[str] = re.findall(rf"^```{language}\n({re.escape(first_line)}\n.*?)^```$", README, re.M | re.S)
    assert len(found) == 1
    return found[0]


COMPOSE: Any = parse_yaml(find_block("yaml", "# compose.yaml")).value
WORKFLOW: Any = parse_yaml(find_block("yaml", "# .github/workflows/recordings.yaml")).value
STEPS = [step["run"] for step in WORKFLOW["jobs"]["test"]["steps"] if "run" in step]


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Mock]:
    """Yield the mock that the image serves with the variables of the Compose file. Its volume is another folder."""
    service = COMPOSE["services"]["recmock"]
    variables = {**IMAGE_VARIABLES, **service["environment"]}
    (volume,) = service["volumes"]
    name, _, folder = volume.partition(":")
    assert name in COMPOSE["volumes"]
    variables["RECMOCK_STORE"] = variables["RECMOCK_STORE"].replace(folder, str(tmp_path))
    assert set(variables) <= {setting.variable for setting in get_all_settings().values()}
    settings = load_settings(dict.fromkeys(get_all_settings()), variables)
    assert not settings.listen.is_loopback
    assert settings.listen.port == PORT
    mock = Mock(settings, control_token=settings.control_token)
    yield mock
    mock.close_store()


def test_app_of_compose_reaches_the_mock_with_its_variables(composed: Mock) -> None:
    app = COMPOSE["services"]["app"]["environment"]
    assert (app["TWILIO_ACCOUNT_SID"], app["TWILIO_AUTH_TOKEN"]) == (composed.demo.sid, composed.demo.token)
    assert app["TWILIO_BASE_URL"] == app["RECMOCK_URL"] == composed.settings.public_url == f"http://recmock:{PORT}"
    headers = {"Host": f"recmock:{PORT}"}
    with BackgroundServer(create_app(composed)) as server:
        url, auth = f"{server.base_url}/2010-04-01/Accounts/{SID}/Recordings.json?PageSize=1", (SID, TOKEN)
        page = requests.get(url, auth=auth, headers=headers, timeout=10)
        headers["Authorization"] = f"Bearer {app['RECMOCK_CONTROL_TOKEN']}"
        account = requests.get(f"{server.base_url}/_mock/accounts/demo", headers=headers, timeout=10)
    assert (page.status_code, account.status_code) == (200, 200)


def test_compose_waits_for_the_health_check_of_the_image() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"recmock", "app"}
    assert services["app"]["depends_on"] == {"recmock": {"condition": "service_healthy"}}
    assert services["recmock"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert re.search(r'^HEALTHCHECK .*CMD \["recmock", "ready"\]$', DOCKERFILE, re.MULTILINE)


def test_callbacks_of_compose_go_to_its_app(composed: Mock) -> None:
    url = httpx.URL(composed.settings.status_callback or "")
    assert url.host in COMPOSE["services"]
    assert composed.scenario is not None
    assert composed.scenario.name == "living-account"


def test_dev_container_uses_the_compose_file() -> None:
    container = json.loads(find_block("json", '{\n  "name": "app",'))
    assert container["dockerComposeFile"] == "../compose.yaml"
    assert {container["service"], *container["runServices"]} == {*COMPOSE["services"]}
    assert container["forwardPorts"] == [f"recmock:{PORT}"]


FAKE_DOCKER = """\
#!/bin/sh
echo "$*" >> "$NOTES"
[ "$1" = exec ] && shift 2 && exec "$@"
exit 0
"""


def test_workflow_builds_the_image_and_runs_it(tmp_path: Path) -> None:
    """Its steps run in a shell. `docker` only notes what it is asked, and runs commands in no container."""
    (tmp_path / "docker").write_text(FAKE_DOCKER)
    (tmp_path / "docker").chmod(0o755)
    path = os.pathsep.join([str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]])
    with BackgroundServer(create_app(Mock(make_settings()))) as server:
        environment = {"PATH": path, "NOTES": str(tmp_path / "notes"), "RECMOCK_LISTEN": str(server.address)}
        results = [
            subprocess.run(
                ["bash", "-e", "-c", step.replace(BASE_URL, server.base_url)],
                env=os.environ | environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            for step in STEPS
        ]
    build, run, ready, logs = [line.split() for line in (tmp_path / "notes").read_text().splitlines()]
    checkouts = [step["with"]["path"] for step in WORKFLOW["jobs"]["test"]["steps"] if "with" in step]
    assert build == ["build", "--tag", "recmock", *checkouts]
    assert run[:2] == ["run", "--detach"]
    assert run[run.index("--publish") + 1] == f"127.0.0.1:{PORT}:{PORT}"
    assert run[run.index("--env") + 1].partition("=")[0] == get_all_settings()["control_token"].variable
    assert ready == ["exec", "recmock", "recmock", "ready"]
    assert logs == ["logs", "recmock"]
    assert results[2].stdout == f"ready: recmock {__version__} at {server.base_url}\n"
    assert len(json.loads(results[3].stdout)["recordings"]) == 2


def test_workflow_runs_on_pushes_and_may_only_read() -> None:
    assert WORKFLOW["on"] == ["push", "pull_request"]
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert WORKFLOW["jobs"]["test"]["steps"][-1]["if"] == "failure()"


FAKE_TESTCONTAINERS = """\
class HealthcheckWaitStrategy: pass

class DockerContainer:
    def __init__(self, image): self.values = [image]
    def with_exposed_ports(self, *ports): self.values += ports; return self
    def waiting_for(self, strategy): self.values.append(type(strategy).__name__); return self
    def __enter__(self): print(self.values)
    def __exit__(self, *error): pass
    def get_container_host_ip(self): return {host!r}
    def get_exposed_port(self, port): return {port}
"""


def test_fixture_for_testcontainers_reaches_the_container(tmp_path: Path) -> None:
    """It is run with a module that has Testcontainers' names, whose container is a server without Docker."""
    text = find_block("python", "# conftest.py")
    modules = [node.module or "" for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)]
    with BackgroundServer(create_app(Mock(make_settings(count=3)))) as server:
        names = FAKE_TESTCONTAINERS.format(host=server.address.host, port=server.address.port)
        for name in modules:
            if name.startswith("testcontainers."):
                file = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(names)
        (tmp_path / "conftest.py").write_text(text)
        (tmp_path / "test_it.py").write_text(
            "def test_it(twilio_client):\n    assert len(twilio_client.recordings.list()) == 3\n"
        )
        command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "no:randomly"]
        process = subprocess.run(
            command,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert process.returncode == 0, process.stdout
    assert str(["recmock", PORT, "HealthcheckWaitStrategy"]) in process.stdout
