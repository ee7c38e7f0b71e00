"""Benchmarks: `python -m tests.benchmarks`. Ratios within one run, medians of interleaved rounds, no assertion."""

import argparse
import tempfile
from pathlib import Path
from statistics import median

import requests

from generators.seeds import derive_auth_token, derive_demo_account_sid
from tests.benchmarks.fixture import fixture
from tests.benchmarks.load import generator, load
from tests.benchmarks.servers import Measured, bare, first_answer, ours

_SID = derive_demo_account_sid("0")
_AUTH = (_SID, derive_auth_token("0", _SID))
_WAITING = """
name: waiting
recordings:
  - id: it
    status: completed
    duration: 12
    timeline:
      - after: {any: [{fetches: 1000000000}, {all: [{signal: go}, {time: 300d}]}]}
        status: deleted
"""
_LIST = f"/2010-04-01/Accounts/{_SID}/Recordings.json"


def main() -> None:
    """Measure, and print one line per figure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="a round's length")
    options = parser.parse_args()
    print(f"load by {generator()}, 32 connections, {options.rounds} rounds of {options.seconds:g} s each, interleaved")
    with ours() as server:
        first_answer(server, _LIST, _AUTH)
        listed = _get(server, _LIST)
        fetch = _fetch(server, 1)
        throughput("warm list of 50", server, _LIST, listed, options.rounds, options.seconds)
        throughput("warm fetch", server, fetch, _get(server, fetch), options.rounds, options.seconds)
    polling(options.rounds, options.seconds)
    cold_start(listed, options.rounds)
    size(options.rounds)
    memory()
    fixture(2 * options.rounds)


def throughput(name: str, server: Measured, path: str, body: bytes, rounds: int, seconds: float) -> None:
    """Compare requests per second and processor time with a bare application that sends the same bytes."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(body)
        with bare("asgi", Path(file.name)) as other:
            first_answer(other, "/", _AUTH)
            rates: dict[str, list[float]] = {"ours": [], "bare": []}
            costs: dict[str, list[float]] = {"ours": [], "bare": []}
            for _ in range(rounds):
                for who, measured in (("bare", other), ("ours", server)):
                    before = measured.cpu_seconds()
                    rate, total = load(measured.base_url, path, _AUTH, seconds)
                    rates[who].append(rate)
                    costs[who].append((measured.cpu_seconds() - before) / total * 1e6)
    ratio = median(mine / its for mine, its in zip(rates["ours"], rates["bare"], strict=True))
    print(
        f"{name}: {ratio:.2f} of bare ASGI "
        f"({median(rates['ours']):,.0f} against {median(rates['bare']):,.0f} requests/s; "
        f"CPU {median(costs['ours']):.0f} against {median(costs['bare']):.0f} us a request)"
    )


def polling(rounds: int, seconds: float) -> None:
    """Compare the processor time of a fetch that a timeline counts with that of a plain fetch."""
    costs: dict[str, list[float]] = {"scripted": [], "plain": []}
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "waiting.yaml"
        scenario.write_text(_WAITING)
        with ours("--scenario", str(scenario)) as scripted, ours() as plain:
            for server in (scripted, plain):
                first_answer(server, _LIST, _AUTH)
            polled = [("scripted", scripted, _fetch(scripted, 0)), ("plain", plain, _fetch(plain, 1))]
            for _ in range(rounds):
                for who, server, path in polled:
                    before = server.cpu_seconds()
                    _, total = load(server.base_url, path, _AUTH, seconds)
                    costs[who].append((server.cpu_seconds() - before) / total * 1e6)
    ratio = median(mine / its for mine, its in zip(costs["scripted"], costs["plain"], strict=True))
    print(
        f"scripted poll: {ratio:.2f} of a warm fetch "
        f"(CPU {median(costs['scripted']):.0f} against {median(costs['plain']):.0f} us a request)"
    )


def _fetch(server: Measured, place: int) -> str:
    """Return the path of a recording on the first page."""
    sid = requests.get(server.base_url + _LIST, auth=_AUTH, timeout=5).json()["recordings"][place]["sid"]
    return _LIST.replace(".json", f"/{sid}.json")


def cold_start(body: bytes, rounds: int) -> None:
    """Compare the time from process start to the first list page with that of a bare Starlette application."""
    taken: dict[str, list[float]] = {"ours": [], "bare": []}
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(body)
        for _ in range(2 * rounds):
            with bare("starlette", Path(file.name)) as other:
                taken["bare"].append(first_answer(other, "/", _AUTH))
            with ours() as server:
                taken["ours"].append(first_answer(server, _LIST, _AUTH))
    ratio = median(mine / its for mine, its in zip(taken["ours"], taken["bare"], strict=True))
    print(
        f"cold start to first page: {ratio:.2f} of bare Starlette "
        f"({median(taken['ours']) * 1e3:.0f} against {median(taken['bare']) * 1e3:.0f} ms)"
    )


def size(rounds: int) -> None:
    """Compare a corpus of a billion recordings with one of ten: start and memory."""
    starts: dict[str, list[float]] = {"10": [], "1000000000": []}
    resident: dict[str, list[float]] = {"10": [], "1000000000": []}
    for _ in range(rounds):
        for count in starts:
            with ours("--count", count) as server:
                starts[count].append(first_answer(server, _LIST, _AUTH))
                resident[count].append(server.resident_mb())
    for count in starts:
        print(f"count {count}: first page after {median(starts[count]) * 1e3:.0f} ms, {median(resident[count]):.1f} MB")


def memory() -> None:
    """Print the resident memory after a thousand different pages."""
    with ours("--count", "1000000") as server:
        first_answer(server, _LIST, _AUTH)
        before = server.resident_mb()
        uri: str | None = _LIST
        for _ in range(1000):
            assert uri is not None
            uri = requests.get(server.base_url + uri, auth=_AUTH, timeout=5).json()["next_page_uri"]
        print(f"memory after 1,000 distinct pages: {server.resident_mb():.1f} MB, {before:.1f} MB after the first")


def _get(server: Measured, path: str) -> bytes:
    return requests.get(server.base_url + path, auth=_AUTH, timeout=5).content


if __name__ == "__main__":
    main()
