"""The cost of changes: recordings are created, stopped, deleted, and arrive by themselves."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import requests

from tests.benchmarks.servers import MeasuredServer, run_mock, wait_for_first_response
from tests.harness import Api, make_settings

_REQUESTS = 300
_ARRIVALS = 5_000


def print_change_costs(list_path: str, auth: tuple[str, str], rounds: int) -> None:
    """Print the processor time of each change, and its ratio to that of a cached fetch."""
    costs: dict[str, list[float]] = {}
    with run_mock() as server, requests.Session() as session:
        wait_for_first_response(server, list_path, auth)
        session.auth = auth
        client = _Client(session, server.base_url + list_path.removesuffix("/Recordings.json"))
        for number in range(rounds + 1):
            with _measure(server, costs, "create"):
                sids = [client.create(f"CA{number:04x}{at:028x}") for at in range(_REQUESTS)]
            with _measure(server, costs, "stop"):
                client.send_all("POST", sids, lambda sid: f"Calls/{sid[0]}/Recordings/{sid[1]}.json", "stopped")
            found = client.list_completed(_REQUESTS)
            with _measure(server, costs, "fetch"):
                client.send_all("GET", [found[0]] * _REQUESTS, lambda sid: f"Recordings/{sid[1]}.json")
            with _measure(server, costs, "delete"):
                client.send_all("DELETE", found, lambda sid: f"Recordings/{sid[1]}.json")
    fetch = costs.pop("fetch")
    for name, values in costs.items():
        ratio = median(value / fetched for value, fetched in zip(values[1:], fetch[1:], strict=True))
        print(f"{name}: CPU {median(values[1:]):.0f} us a request, {ratio:.1f} of a cached fetch")


def print_arrival_cost(rounds: int) -> None:
    """Print the time in which recordings arrive, and complete."""
    plan = {"every": "1s", "count": _ARRIVALS}
    seconds = []
    for _ in range(rounds):
        with Api(make_settings(count=10)) as api:
            api.run_command("POST", "/arrivals", plan)
            start = time.process_time()
            api.run_command("POST", "/clock", {"advance": f"{_ARRIVALS + 3600}s"})
            seconds.append(time.process_time() - start)
    print(f"arrival: CPU {median(seconds) / _ARRIVALS * 1e6:.0f} us a recording, with its timeline")


class _Client:
    """Sends requests to one account, one after another."""

    def __init__(self, session: requests.Session, root: str) -> None:
        self._session = session
        self._root = root

    def create(self, call_sid: str) -> tuple[str, str]:
        """Start a recording, and return its CallSid and SID."""
        response = self._session.post(f"{self._root}/Calls/{call_sid}/Recordings.json", timeout=5)
        response.raise_for_status()
        return call_sid, response.json()["sid"]

    def list_completed(self, count: int) -> list[tuple[str, str]]:
        """Return the CallSids and SIDs of generated recordings that can be deleted."""
        page = self._session.get(f"{self._root}/Recordings.json?PageSize=1000", timeout=5).json()["recordings"]
        completed = [(each["call_sid"], each["sid"]) for each in page if each["status"] == "completed"]
        return completed[-count:]

    def send_all(
        self,
        method: str,
        sids: list[tuple[str, str]],
        build_path: Callable[[tuple[str, str]], str],
        status: str | None = None,
    ) -> None:
        """Send a request for each recording."""
        form = None if status is None else {"Status": status}
        for sid in sids:
            self._session.request(method, f"{self._root}/{build_path(sid)}", data=form, timeout=5).raise_for_status()


@contextmanager
def _measure(server: MeasuredServer, costs: dict[str, list[float]], name: str) -> Iterator[None]:
    before = server.get_cpu_seconds()
    yield
    costs.setdefault(name, []).append((server.get_cpu_seconds() - before) / _REQUESTS * 1e6)
