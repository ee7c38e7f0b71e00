"""An export of a random session leads to the same state again, also in another process."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mockserver.account.export.command_json import decode_command, to_plain_values
from tests.accounts import make_scenario
from tests.exports.sessions import compute_digest, decode_exported_state, decode_state, export, replay
from tests.harness import Api, make_settings
from tests.properties.test_commands import OPERATIONS, SCENARIO, Receiver

ROOT = Path(__file__).parents[2]
Session = list[tuple[str, int]]
LONG_SESSION: Session = [(name, number) for name in OPERATIONS if name not in ("reset", "forget") for number in (3, 0)]


def run_session(api: Api, session: Session) -> None:
    api.mock.worker.receivers[api.mock.demo.sid.lower()] = Receiver()
    for name, number in session:
        OPERATIONS[name](api, number)


@given(st.lists(st.tuples(st.sampled_from([*OPERATIONS]), st.integers(0, 5)), max_size=20))
@example(LONG_SESSION)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_export_of_a_session_leads_to_the_same_state(session: Session) -> None:
    with Api(make_settings(count=12), make_scenario(**SCENARIO)) as api:
        run_session(api, session)
        account = api.get_account()
        for entry in (account.log.beginning, *account.log.entries):
            encoded = msgspec.json.encode(to_plain_values(entry.command))
            assert decode_command(msgspec.Raw(encoded)) == entry.command
        text = export(api.mock, account)
        assert account.token not in text
        mock = replay(text)
        again = mock.account(mock.demo.sid)
        assert decode_state(again) == decode_exported_state(api.mock, account)
        assert [item.command for item in again.log.entries] == [
            item.command for item in replay(export(mock, again)).account(again.sid).log.entries
        ]


def test_replay_in_processes_with_other_hash_seeds_has_the_same_state_and_answers(tmp_path: Path) -> None:
    file = tmp_path / "session.jsonl"
    with Api(make_settings(count=12), make_scenario(**SCENARIO)) as api:
        run_session(api, LONG_SESSION)
        file.write_text(export(api.mock, api.get_account()))
    expected = compute_digest(replay(file.read_text()))
    assert [run_in_process(file, hash_seed) for hash_seed in ("1", "2")] == [expected, expected]


def run_in_process(file: Path, hash_seed: str) -> str:
    code = (
        "import pathlib, sys; from tests.exports.sessions import compute_digest, replay; "
        "print(compute_digest(replay(pathlib.Path(sys.argv[1]).read_text())))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    command = [sys.executable, "-c", code, str(file)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    ).stdout.strip()
