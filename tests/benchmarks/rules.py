"""The cost of fault rules: a fetch in an account with a hundred that wait or match others, and with one."""

import tempfile
from pathlib import Path
from statistics import median

import msgspec
import requests

from tests.benchmarks.load import measure_load
from tests.benchmarks.servers import MeasuredServer, run_mock, wait_for_first_response

_WHENS = (
    {"when": {"op": "delete_recording"}},
    {"when": {"op": "fetch_recording", "sid": f"RE{'1' * 32}"}},
    {"when": {"path": "*/Recordings/*.mp3"}},
    {"when": {"op": "fetch_recording", "header": {"User-Agent": "twilio-*"}}},
    {"when": {"op": "fetch_recording", "query": {"IncludeSoftDeleted": "true"}}},
    {"when": {"op": "fetch_recording"}, "after": "300d"},
    {"when": {"op": "fetch_recording"}, "after": {"callback": "completed"}, "ttl": "10s"},
    {"when": {"op": "fetch_recording"}, "after": {"requests": 10**9}},
    {"when": {"op": "fetch_recording"}, "after": {"any": [{"signal": "go"}, {"time": "300d"}]}},
    {"when": {"op": "update_call_recording", "body": {"Status": "stopped"}}},
)
"""Rules that do not apply to a fetch now. Half of them have to be looked at for it."""


def print_rules_cost(list_path: str, auth: tuple[str, str], rounds: int, seconds: float) -> None:
    """Compare the processor time of a fetch with a hundred rules, with one rule, and with none."""
    costs: dict[int, list[float]] = {100: [], 1: [], 0: []}
    with tempfile.TemporaryDirectory() as folder:
        many, one = Path(folder) / "many.json", Path(folder) / "one.json"
        faults = [{**when, "then": {"status": 503}} for when in _WHENS]
        many.write_bytes(msgspec.json.encode({"name": "many", "faults": faults * 10}))
        one.write_bytes(msgspec.json.encode({"name": "one", "faults": faults[:1]}))
        with (
            run_mock("--scenario", str(many)) as many_server,
            run_mock("--scenario", str(one)) as one_server,
            run_mock() as plain_server,
        ):
            targets = {
                count: (server, _get_recording_path(server, list_path, auth))
                for count, server in ((100, many_server), (1, one_server), (0, plain_server))
            }
            for _ in range(rounds):
                for count, (server, path) in targets.items():
                    before = server.get_cpu_seconds()
                    _, total = measure_load(server.base_url, path, auth, seconds)
                    costs[count].append((server.get_cpu_seconds() - before) / total * 1e6)
    for count, name in ((1, "one rule"), (0, "no rule, from the cache")):
        ratio = median(with_rules / others for with_rules, others in zip(costs[100], costs[count], strict=True))
        print(
            f"fetch with 100 rules: {ratio:.2f} of a fetch with {name} "
            f"(CPU {median(costs[100]):.0f} against {median(costs[count]):.0f} us a request)"
        )


def _get_recording_path(server: MeasuredServer, list_path: str, auth: tuple[str, str]) -> str:
    """Return the path of the newest recording."""
    wait_for_first_response(server, list_path, auth)
    sid = requests.get(server.base_url + list_path, auth=auth, timeout=5).json()["recordings"][0]["sid"]
    return list_path.replace(".json", f"/{sid}.json")
