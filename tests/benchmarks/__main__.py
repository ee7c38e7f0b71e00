"""Benchmarks: `python -m tests.benchmarks`. Ratios within one run, medians of interleaved rounds, no assertion."""

import argparse
import tempfile
from pathlib import Path
from statistics import median

import requests

from generators.seeds import derive_auth_token, derive_demo_account_sid
from tests.benchmarks.changes import print_arrival_cost, print_change_costs
from tests.benchmarks.fixture import print_fixture_cost
from tests.benchmarks.followers import print_followers_cost
from tests.benchmarks.lists import print_list_costs
from tests.benchmarks.load import find_load_tool, measure_load
from tests.benchmarks.log import print_log_cost
from tests.benchmarks.pages import print_page_costs
from tests.benchmarks.rules import print_rules_cost
from tests.benchmarks.servers import MeasuredServer, run_bare_application, run_mock, wait_for_first_response
from tests.benchmarks.stores import FindPath, print_append_cost, print_store_costs, print_store_start

_SID = derive_demo_account_sid("0")
_AUTH = (_SID, derive_auth_token("0", _SID))
_WAITING_SCENARIO = """
name: waiting
recordings:
  - id: it
    status: completed
    duration: 12
    timeline:
      - after: {any: [{fetches: 1000000000}, {all: [{signal: go}, {time: 300d}]}]}
        status: deleted
"""
_LIST_PATH = f"/2010-04-01/Accounts/{_SID}/Recordings.json"


def main() -> None:
    """Measure, and print one line per figure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="a round's length")
    options = parser.parse_args()
    rounds = f"{options.rounds} rounds of {options.seconds:g} s each, interleaved"
    print(f"load by {find_load_tool()}, 32 connections, {rounds}")
    with run_mock() as server:
        wait_for_first_response(server, _LIST_PATH, _AUTH)
        list_body = _get_body(server, _LIST_PATH)
        fetch = _get_recording_path(server, 1)
        print_throughput("warm list of 50", server, _LIST_PATH, list_body, options.rounds, options.seconds)
        print_throughput("warm fetch", server, fetch, _get_body(server, fetch), options.rounds, options.seconds)
    print_polling_cost(options.rounds, options.seconds)
    print_rules_cost(_LIST_PATH, _AUTH, options.rounds, options.seconds)
    print_change_costs(_LIST_PATH, _AUTH, options.rounds)
    print_arrival_cost(options.rounds)
    print_log_cost(_LIST_PATH, _AUTH, options.rounds)
    print_followers_cost(_LIST_PATH, _AUTH, options.rounds, options.seconds)
    print_store_figures(options.rounds, options.seconds)
    print_cold_start(list_body, options.rounds)
    print_corpus_size_cost(options.rounds)
    print_list_costs()
    print_page_costs(options.rounds)
    print_memory()
    print_fixture_cost(2 * options.rounds)


def print_throughput(name: str, server: MeasuredServer, path: str, body: bytes, rounds: int, seconds: float) -> None:
    """Compare requests per second and processor time with a bare application that sends the same bytes.

    Both are bounded by a server that only writes these bytes. Heads that never repeat show the cost of the parser.
    """
    rates: dict[str, list[float]] = {kind: [] for kind in ("bare", "limit", "ours", "unrepeated")}
    costs: dict[str, list[float]] = {kind: [] for kind in rates}
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(body)
        with (
            run_bare_application("asgi", Path(file.name)) as bare_server,
            run_bare_application("constant", Path(file.name)) as limit_server,
        ):
            servers = {"bare": bare_server, "limit": limit_server, "ours": server, "unrepeated": server}
            for kind in ("bare", "limit"):
                wait_for_first_response(servers[kind], "/", _AUTH)
            for _ in range(rounds):
                for kind, measured in servers.items():
                    before = measured.get_cpu_seconds()
                    is_repeated = kind != "unrepeated"
                    rate, total = measure_load(measured.base_url, path, _AUTH, seconds, is_repeated=is_repeated)
                    rates[kind].append(rate)
                    costs[kind].append((measured.get_cpu_seconds() - before) / total * 1e6)
    ratio = median(mock_rate / bare_rate for mock_rate, bare_rate in zip(rates["ours"], rates["bare"], strict=True))
    cpu = ", ".join(f"{median(costs[kind]):.0f} {kind}" for kind in costs)
    print(
        f"{name}: {ratio:.2f} of bare ASGI "
        f"({median(rates['ours']):,.0f} against {median(rates['bare']):,.0f} requests/s; CPU us a request: {cpu})"
    )


def print_polling_cost(rounds: int, seconds: float) -> None:
    """Compare the processor time of a fetch that a timeline counts with that of a plain fetch."""
    costs: dict[str, list[float]] = {"scripted": [], "plain": []}
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "waiting.yaml"
        scenario.write_text(_WAITING_SCENARIO)
        with run_mock("--scenario", str(scenario)) as scripted_server, run_mock() as plain_server:
            for server in (scripted_server, plain_server):
                wait_for_first_response(server, _LIST_PATH, _AUTH)
            targets = [
                ("scripted", scripted_server, _get_recording_path(scripted_server, 0)),
                ("plain", plain_server, _get_recording_path(plain_server, 1)),
            ]
            for _ in range(rounds):
                for kind, server, path in targets:
                    before = server.get_cpu_seconds()
                    _, total = measure_load(server.base_url, path, _AUTH, seconds)
                    costs[kind].append((server.get_cpu_seconds() - before) / total * 1e6)
    ratio = median(
        scripted_cost / plain_cost for scripted_cost, plain_cost in zip(costs["scripted"], costs["plain"], strict=True)
    )
    print(
        f"scripted poll: {ratio:.2f} of a warm fetch "
        f"(CPU {median(costs['scripted']):.0f} against {median(costs['plain']):.0f} us a request)"
    )


def print_store_figures(rounds: int, seconds: float) -> None:
    """Print what a SQLite file costs."""
    plain: dict[str, FindPath] = {
        "warm list of 50": lambda _: _LIST_PATH,
        "warm fetch": lambda server: _get_recording_path(server, 1),
    }
    print_store_costs(plain, (), _AUTH, rounds, seconds)
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "waiting.yaml"
        scenario.write_text(_WAITING_SCENARIO)
        scripted: dict[str, FindPath] = {"scripted poll": lambda server: _get_recording_path(server, 0)}
        print_store_costs(scripted, ("--scenario", str(scenario)), _AUTH, rounds, seconds)
    print_append_cost(_LIST_PATH, _AUTH)
    print_store_start(_LIST_PATH, _AUTH, rounds)


def _get_recording_path(server: MeasuredServer, position: int) -> str:
    """Return the path of a recording on the first page."""
    sid = requests.get(server.base_url + _LIST_PATH, auth=_AUTH, timeout=5).json()["recordings"][position]["sid"]
    return _LIST_PATH.replace(".json", f"/{sid}.json")


def print_cold_start(body: bytes, rounds: int) -> None:
    """Compare the time from process start to the first list page with that of a bare Starlette application."""
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(body)
        for _ in range(2 * rounds):
            with run_bare_application("starlette", Path(file.name)) as bare_server:
                seconds["bare"].append(wait_for_first_response(bare_server, "/", _AUTH))
            with run_mock() as server:
                seconds["ours"].append(wait_for_first_response(server, _LIST_PATH, _AUTH))
    ratio = median(
        mock_seconds / bare_seconds for mock_seconds, bare_seconds in zip(seconds["ours"], seconds["bare"], strict=True)
    )
    print(
        f"cold start to first page: {ratio:.2f} of bare Starlette "
        f"({median(seconds['ours']) * 1e3:.0f} against {median(seconds['bare']) * 1e3:.0f} ms)"
    )


def print_corpus_size_cost(rounds: int) -> None:
    """Compare a corpus of a billion recordings with one of ten: start and memory."""
    starts: dict[str, list[float]] = {"10": [], "1000000000": []}
    resident: dict[str, list[float]] = {"10": [], "1000000000": []}
    for _ in range(rounds):
        for count in starts:
            with run_mock("--count", count) as server:
                starts[count].append(wait_for_first_response(server, _LIST_PATH, _AUTH))
                resident[count].append(server.get_resident_mb())
    for count in starts:
        print(f"count {count}: first page after {median(starts[count]) * 1e3:.0f} ms, {median(resident[count]):.1f} MB")


def print_memory() -> None:
    """Print the resident memory after a thousand different pages."""
    with run_mock("--count", "1000000") as server:
        wait_for_first_response(server, _LIST_PATH, _AUTH)
        before = server.get_resident_mb()
        uri: str | None = _LIST_PATH
        for _ in range(1000):
            assert uri is not None
            uri = requests.get(server.base_url + uri, auth=_AUTH, timeout=5).json()["next_page_uri"]
        print(f"memory after 1,000 distinct pages: {server.get_resident_mb():.1f} MB, {before:.1f} MB after the first")


def _get_body(server: MeasuredServer, path: str) -> bytes:
    return requests.get(server.base_url + path, auth=_AUTH, timeout=5).content


if __name__ == "__main__":
    main()
