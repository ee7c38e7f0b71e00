"""The README as a test: its commands and programs are run, its tables compared."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packaging.requirements import Requirement

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver import __version__
from mockserver.account.account import Account
from mockserver.app import create_app
from mockserver.control.reference import CONTROL_REQUESTS
from mockserver.mock import Mock
from mockserver.proxy.environment import VARIABLES
from mockserver.proxy.proxy import Proxy
from mockserver.server.listener import BackgroundServer
from mockserver.settings.loading import get_all_settings
from mockserver.testing import MockTwilio
from scenarios.loading.load import loads
from tests.harness import PLUGIN_ALONE, make_settings

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = ROOT / ".ci" / "run"
EXTRAS_SETUP = ["-m venv .venv", "-m pip", "-m venv .venv", "-m pip"]
"""What CI does first. The checks follow even if it fails."""
BASE_URL = "http://127.0.0.1:4010"
FEW_EXAMPLES = """\
from hypothesis import settings

settings.register_profile("few", settings.get_profile("ci"), max_examples=10)
settings.load_profile("few")
"""


class Block(NamedTuple):
    """A fenced block: its language and text."""

    language: str
    text: str


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]
SETUP = [block.text.strip() for block in BLOCKS if block.text.startswith("python3 -m venv")]


FILES_OF_CONTAINERS = ("# compose.yaml", "# compose.replicas.yaml", "# deployment.yaml", "# .github/", "# conftest.py")
"""The first lines of blocks that `test_container_files.py` tests."""


def find_blocks(language: str) -> list[Any]:
    others = [block for block in BLOCKS if not block.text.startswith(FILES_OF_CONTAINERS)]
    found = [block.text for block in others if block.language == language and block.text.strip() not in SETUP]
    return [pytest.param(text, id=f"{language} {number}") for number, text in enumerate(found)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BackgroundServer]:
    proxy = Proxy(tmp_path / "data")
    with BackgroundServer(create_app(Mock(make_settings())), proxy=proxy) as server:
        yield server


def run_command(command: list[str], folder: Path, **environment: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path, "RECMOCK_DATA_DIR": str(folder / "data")} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_setup_commands_are_in_readme_and_ci() -> None:
    assert len(SETUP) == 2
    assert SETUP[0].endswith("&& .venv/bin/recmock")
    assert CI.read_text(encoding="utf-8").splitlines().count(SETUP[1]) == 1


@pytest.mark.parametrize(
    ("failing", "calls"),
    [
        ("", [*EXTRAS_SETUP, "-m venv .venv", "-m pip", "-m tests", "-m tests.variants"]),
        ("-m venv .venv", ["-m venv .venv"] * 3),
        ("-m pip", [*EXTRAS_SETUP, "-m venv .venv", "-m pip"]),
        ("-m tests", [*EXTRAS_SETUP, "-m venv .venv", "-m pip", "-m tests"]),
        ("-m tests.variants", [*EXTRAS_SETUP, "-m venv .venv", "-m pip", "-m tests", "-m tests.variants"]),
    ],
)
def test_ci_runs_variants_after_checks_and_stops_at_first_failure(
    tmp_path: Path, failing: str, calls: list[str]
) -> None:
    """Its commands are scripts that note their arguments. It finds no apt-get."""
    tools, environment, notes = tmp_path / "tools", tmp_path / ".venv" / "bin", tmp_path / "notes"
    for name, arguments in {
        tools / "python3": '"$*"',
        environment / "python": '"$*"',
        environment / "pip": '"-m pip"',
    }.items():
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_text(f'#!/bin/sh\necho {arguments} >> "{notes}"\n[ {arguments} != "{failing}" ]\n')
        name.chmod(0o755)
    for command in ("bash", "dirname", "id"):
        (tools / command).symlink_to(str(shutil.which(command)))
    (tmp_path / ".ci").mkdir()
    shutil.copy(CI, tmp_path / ".ci")
    process = subprocess.run([tmp_path / ".ci" / "run"], env={"PATH": str(tools)}, timeout=60, check=False)
    assert (process.returncode != 0, notes.read_text().splitlines()) == (failing != "", calls)


@pytest.mark.parametrize("text", find_blocks("sh"))
def test_shell_blocks_run(text: str, server: BackgroundServer, tmp_path: Path) -> None:
    script = text.replace(BASE_URL, server.base_url)
    assert run_command(["bash", "-euo", "pipefail", "-c", script], tmp_path, RECMOCK_LISTEN=str(server.address)) != ""


def test_env_file_of_twilio_functions_has_both_names_of_the_account(server: BackgroundServer, tmp_path: Path) -> None:
    (script,) = (block.text for block in BLOCKS if "mock.env" in block.text)
    (tmp_path / ".env").write_text("GREETING=hello\nACCOUNT_SID=ACreal\n", encoding="utf-8")
    run_command(["bash", "-euo", "pipefail", "-c", script.replace(BASE_URL, server.base_url)], tmp_path)
    lines = [line.partition("=") for line in (tmp_path / "mock.env").read_text(encoding="utf-8").splitlines()]
    values = {name: value.strip("'\"") for name, _, value in lines}  # the last line of a name counts
    sid = derive_demo_account_sid("0")
    assert values["GREETING"] == "hello"
    assert sid == values["ACCOUNT_SID"] == values["TWILIO_ACCOUNT_SID"]
    assert derive_auth_token("0", sid) == values["AUTH_TOKEN"] == values["TWILIO_AUTH_TOKEN"]
    assert values["HTTPS_PROXY"] == server.base_url
    own = [name for name, _, _ in lines][2:]
    assert sorted({*own}) == sorted(own)


@pytest.mark.parametrize("text", find_blocks("python"))
def test_python_blocks_run(text: str, server: BackgroundServer, tmp_path: Path) -> None:
    hypothesis_settings = {"HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path), "CI": "true"}  # a slow machine is no failure
    test_file = re.match(r"# (test_\w+\.py)\n", text)
    if test_file is None:
        text = FEW_EXAMPLES * ("hypothesis" in text) + text
        run_command([sys.executable, "-c", text.replace(BASE_URL, server.base_url)], tmp_path, **hypothesis_settings)
    else:
        (tmp_path / test_file[1]).write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test_file[1]]
        run_command(command, tmp_path, **PLUGIN_ALONE)


@pytest.mark.parametrize("text", find_blocks("yaml"))
def test_yaml_block_loads_as_scenario(text: str) -> None:
    assert loads(text).name in ("late-file", "shops")


@pytest.mark.parametrize("text", find_blocks("js"))
def test_javascript_blocks_run(text: str, server: BackgroundServer, tmp_path: Path) -> None:
    modules = os.environ.get("RECMOCK_NODE_MODULES", "")
    if shutil.which("node") is None or not (Path(modules) / "twilio").is_dir():
        pytest.skip("no node, or no twilio-node")
    run_command(["node", "-e", text.replace(BASE_URL, server.base_url)], tmp_path, NODE_PATH=modules)


def find_commands_with_output() -> Iterator[tuple[str, Block]]:
    """Yield each shell block that is followed by its output."""
    for command, output in pairwise(BLOCKS):
        if command.text.startswith("curl") and output.language in ("json", "text"):
            yield command.text, output


@pytest.mark.parametrize(("command", "output"), list(find_commands_with_output()), ids=["json", "text"])
def test_shell_output_matches_printed_output(
    command: str, output: Block, server: BackgroundServer, tmp_path: Path
) -> None:
    found = run_command(["bash", "-c", command.replace(BASE_URL, server.base_url)], tmp_path).replace("\r", "")
    if output.language == "text":
        assert output.text.strip() == found.strip()
    else:
        assert_contains(json.loads(output.text), json.loads(found))


def assert_contains(expected: Any, found: Any) -> None:
    if isinstance(expected, dict):
        for key, value in expected.items():
            assert_contains(value, found[key])
    elif isinstance(expected, list):
        for expected_item, found_item in zip(expected, found, strict=True):
            assert_contains(expected_item, found_item)
    else:
        assert expected == found


def test_demo_account_in_readme_belongs_to_default_seed() -> None:
    sid = derive_demo_account_sid("0")
    assert set(re.findall(r"AC[0-9a-f]{32}", README)) == {sid}
    assert derive_auth_token("0", sid) in README


def build_settings_table() -> str:
    rows = ["| flag | variable | default | what |", "|---|---|---|---|"]
    for row in get_all_settings().values():
        metavar = row.option.metavar.replace("|", r"\|")  # else it would end the cell
        default = f"`{row.default_text}`" if row.default_text else ""
        rows.append(f"| `{row.flag} {metavar}` | `{row.variable}` | {default} | {row.option.help} |")
    return "\n".join(rows)


def test_settings_table_equals_settings() -> None:
    assert build_settings_table() in README


def test_table_rows_have_as_many_cells_as_headers() -> None:
    for lines in re.findall(r"(?:^\|.*\n)+", README, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines.splitlines()}) == 1, lines


def build_variables_table() -> str:
    rows = ["| variable | for |", "|---|---|"]
    for row in VARIABLES:
        names = ", ".join(f"`{name}`" for name in row.names)
        rows.append(f"| {names}{' (unset)' if row.value is None else ''} | {row.readers} |")
    return "\n".join(rows)


def test_variables_table_equals_variables_of_exec() -> None:
    assert build_variables_table() in README


def build_control_table() -> str:
    rows = ["| request below `/_mock` | body or query | what it does |", "|---|---|---|"]
    for request in CONTROL_REQUESTS:
        examples = [f"`{body}`" for body in request.bodies] + ([f"`?{request.query}`"] if request.query else [])
        rows.append(f"| `{request.method} {request.path}` | {', or '.join(examples)} | {request.purpose} |")
    return "\n".join(rows)


def test_control_table_equals_reference_of_control_api() -> None:
    assert build_control_table() in README


def test_requirements_name_this_version_and_its_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = re.findall(r"^twilio-recordings-mock\[.*$", README, re.MULTILINE)
    assert len(lines) == 3
    for requirement in map(Requirement, lines):
        assert requirement.name == project["name"]
        assert requirement.extras == {"pytest", "twilio"}
        assert requirement.url is not None
    assert f"twilio_recordings_mock-{__version__}-py3-none-any.whl" in README
    table = README.partition("| extra | what it installs |")[2].partition("\n\n")[0]
    assert {*re.findall(r"^\| `(\w+)`", table, re.MULTILINE)} == {*project["optional-dependencies"]} - {
        "browser",
        "dev",
        "openapi",
    }


def test_readme_begins_with_install_line_and_code_of_the_reader() -> None:
    start = README.partition("## Start\n")[2].partition("\n## ")[0]
    assert start.index('pip install ".[pytest,twilio]"') < start.index("recmock exec -- python app.py")
    assert start.index("recmock exec -- python app.py") < start.index(".venv/bin/recmock")
    for line in re.findall(r"^(?:docker|pip|twilio-recordings-mock).*$", README, re.MULTILINE):
        assert re.search(r"docker build|/path/to/| \.|\"\.\[", line), "no index and no registry has this product"


def test_third_heading_is_what_it_does_not_do() -> None:
    assert re.findall(r"^#+ (.*)$", README, re.MULTILINE)[2] == "What it does not do"


def test_links_within_repository_resolve() -> None:
    anchors = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", README, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.removeprefix("#") in anchors if target.startswith("#") else (ROOT / target).exists(), target


def test_attributes_in_the_table_of_the_fixture_exist() -> None:
    table = README.partition("| attribute of the fixture |")[2].partition("\n\n")[0]
    names = []
    for row in table.splitlines()[2:]:
        _, attributes, uses, _ = row.split("|")
        found = re.findall(r"`(?:async with )?([\w.]+)", attributes)
        names += [*found, *(f"{found[0]}.{method}" for method in re.findall(r"`(\w+)\(", uses))]
    assert {"async_client", "faults.sequence", "clock.advance_async", "requests.curl", "configure"} <= {*names}
    with MockTwilio(count=1) as mock:
        for name in names:
            attrgetter(name)(mock)


def test_methods_of_an_account_exist() -> None:
    paragraph = README.partition("`mock.account(sid)` is an account.")[2].partition("\n\n")[0]
    names = re.findall(r"`\.(\w+)\(", paragraph)
    assert names == ["start_recording", "attach_media", "advance"]
    assert all(callable(getattr(Account, name)) for name in names)
