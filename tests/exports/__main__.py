"""Writes the golden export of this version: `python -m tests.exports`. Keep the files of older versions."""

from pathlib import Path

from mockserver.account.history import COMMANDS_VERSION
from tests.accounts import make_scenario
from tests.exports.sessions import digest_state, export, replay
from tests.harness import Api, make_settings
from tests.properties.test_commands import OPERATIONS, SCENARIO, Receiver

FOLDER = Path(__file__).parent


def write_golden_export() -> None:
    with Api(make_settings(count=12), make_scenario(**SCENARIO)) as api:
        api.mock.worker.receivers[api.mock.demo.sid.lower()] = Receiver()
        for name, operate in OPERATIONS.items():
            if name not in ("roll back", "set up", "reset", "forget", "advance beyond retention"):
                for number in (3, 0):
                    operate(api, number)
        text = export(api.mock, api.get_account())
    mock = replay(text)
    (FOLDER / f"golden-{COMMANDS_VERSION}.jsonl").write_text(text, encoding="utf-8")
    (FOLDER / f"golden-{COMMANDS_VERSION}.digest").write_text(f"{digest_state(mock.account(mock.demo.sid))}\n")


if __name__ == "__main__":
    write_golden_export()
