"""Counts what requests leave to the garbage collector, in a process of its own: `python -m` prints JSON."""

import gc
import json
from collections import Counter
from collections.abc import Callable

from generators.model import Status
from tests.harness import Api, make_settings

REQUESTS = 20
"""More than a request has objects of its own that stay in the journal and in caches."""


def find_completed_path(api: Api) -> str:
    recordings = api.get_account().recordings
    index = next(index for index in range(1_000) if recordings.recording_index.get_status(index) is Status.COMPLETED)
    return f"{api.root}/Recordings/{recordings.recording_index.get_sid(index)}"


def list_page(api: Api, number: int) -> int:
    return api.get(f"{api.list_path}?PageSize={number + 2}").status_code


def list_page_again(api: Api, _: int) -> int:
    return api.get(api.list_path).status_code


def fetch(api: Api, _: int) -> int:
    return api.get(f"{find_completed_path(api)}.xml").status_code


def fetch_nothing(api: Api, _: int) -> int:
    return api.get(f"{api.root}/Recordings/RE{'0' * 32}.json").status_code


def use_wrong_credentials(api: Api, _: int) -> int:
    api.auth = None
    return api.get(api.list_path).status_code


def download(api: Api, _: int) -> int:
    return api.get(f"{find_completed_path(api)}.wav").status_code


def create(api: Api, number: int) -> int:
    return api.post(f"Calls/CA{number:032x}/Recordings.json", RecordingChannels="dual").status_code


def create_with_invalid_choice(api: Api, number: int) -> int:
    return api.post(f"Calls/CA{number:032x}/Recordings.json", RecordingChannels="three").status_code


def verify(api: Api, _: int) -> int:
    return api.send_command("POST", "/requests/verify", {"pattern": {"method": "GET"}}).status_code


def fail(api: Api, number: int) -> int:
    if number == REQUESTS:
        api.send_command("POST", "/faults", {"faults": [{"then": {"status": 503}}]})
    return api.get(api.list_path).status_code


SENDERS: dict[Callable[[Api, int], int], int] = {
    list_page: 200,
    list_page_again: 200,
    fetch: 200,
    fetch_nothing: 404,
    use_wrong_credentials: 401,
    download: 200,
    create: 201,
    create_with_invalid_choice: 400,
    verify: 200,
    fail: 503,
}
"""What sends a request, with the status of each response."""


def count_garbage(send: Callable[[Api, int], int]) -> tuple[list[int], dict[str, int]]:
    """Return the statuses of some requests, and what they left, by type."""
    with Api(make_settings()) as api:
        send(api, REQUESTS)  # the first one imports modules
        gc.collect()
        statuses = [send(api, number) for number in range(REQUESTS)]
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        gc.set_debug(0)
    found = Counter(type(item).__name__ for item in gc.garbage)
    gc.garbage.clear()
    return statuses, found


if __name__ == "__main__":
    gc.disable()
    print(json.dumps({send.__name__: count_garbage(send) for send in SENDERS}))
