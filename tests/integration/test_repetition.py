"""The same scenario, seed and requests give the same events and bodies, byte for byte."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import count
from pathlib import Path

import msgspec
from httpx import Response

from mockserver.testing.sink import Sink
from tests.accounts import make_scenario
from tests.harness import Api, make_settings

ROOT = Path(__file__).parent.parent.parent
CALL = "CA" + "1" * 32
CONCURRENT_RUNS = 10


def run_session(callback: str) -> list[bytes]:
    """Return all responses of a session, and all its events."""
    timeline = [
        {"after": {"any": [{"fetches": 2}, {"time": "7s"}]}, "status": "completed"},
        {"after": {"callback": "completed"}, "status": "deleted"},
    ]
    list_timeline = [{"after": {"lists": 2}, "status": "deleted"}]
    broken = {"event": "completed", "times": 2, "delay": "1s", "fields": "at_delivery", "set": {"RecordingTrack": "x"}}
    real_seconds = count()  # a rate limit counts real time: here it passes from one request to the next
    scenario = make_scenario(
        recordings=[
            {
                "id": name,
                "status": "processing",
                "status_callback": callback,
                "timeline": timeline,
            }
            for name in ("a", "b", "c")
        ]
        + [
            {
                "id": "broken",
                "status_callback": callback,
                "timeline": [
                    {"status": "processing"},
                    {
                        "after": {"requests": 2},
                        "status": "completed",
                        "callback": broken,
                        "transcription": "in-progress",
                    },
                    {"after": {"callback": "completed"}, "transcription": "completed", "call": "completed"},
                ],
            }
        ],
        on_create=[
            {"when": {"nth": 2}, "timeline": [{"after": {"any": [{"signal": "stopped"}]}, "status": "absent"}]},
            {"timeline": [{"after": {"signal": "stopped"}, "status": "completed"}]},
        ],
        pick=[{"id": "p", "count": 3, "timeline": list_timeline, "where": {"status": "completed"}}],
        faults=[
            {"when": {"op": "fetch_recording"}, "then": {"status": 503, "delay": "1ms"}, "probability": 0.3},
            {"when": {"op": "fetch_call"}, "then": {"status": 500}, "after": {"requests": 1}, "until": {"time": "1s"}},
            {"when": {"op": "fetch_recording_media"}, "then": {"status": 404}, "after": {"callback": "completed"}},
        ],
        page_drift=[{"insert": 2, "delete": 1, "times": 3}],
        limits=[{"when": {"op": "list_calls"}, "requests": 2, "per": "25s"}],
    )
    answers: list[bytes] = []
    # A receiver takes some real time, but the events that follow its response are the same.
    settings = make_settings(count=200, callback_timeout=60)
    with Api(settings, scenario, stopwatch=lambda: float(next(real_seconds))) as api:

        def record_answer(answer: Response) -> Response:
            api.wait_for_callbacks()
            answers.append(b"%d %s" % (answer.status_code, answer.content))
            return answer

        api.wait_for_callbacks()
        for turn in range(2):
            recordings = record_answer(api.get(f"{api.list_path}?PageSize=25")).json()["recordings"]
            for recording in recordings[:3]:
                record_answer(api.get(api.get_recording_path(recording["sid"])))
            for name in ("a", "b", "c", "broken"):
                record_answer(api.get(api.get_recording_path(api.get_account().resolve_handle(name))))
            record_answer(api.post(f"Calls/{CALL}/Recordings.json", RecordingStatusCallback=callback))
            record_answer(api.post(f"Calls/{CALL}/Recordings/Twilio.CURRENT.json", Status="stopped"))
            record_answer(api.request("DELETE", api.get_recording_path(recordings[9]["sid"])))
            record_answer(api.get(f"{api.root}/Recordings/{recordings[20]['sid']}.wav", range="bytes=0-999"))
            for _ in range(2):
                record_answer(api.get_in_account("Calls.json"))
                record_answer(api.get_in_account(f"Calls/{recordings[0]['call_sid']}.json"))
            record_answer(api.get(f"{api.root}/Recordings/{api.get_account().resolve_handle('broken')}.mp3"))
            record_answer(api.send_command("POST", "/clock", {"advance": f"{turn + 1}s"}))
        for path in ("/events", "/callbacks", "/faults"):
            record_answer(api.send_command("GET", path))
        return answers


def test_concurrent_and_separate_runs_return_identical_bytes() -> None:
    with Sink() as sink:
        with ThreadPoolExecutor(CONCURRENT_RUNS) as threads:
            first, *repetitions = threads.map(run_session, [sink.url] * CONCURRENT_RUNS)
        assert all(repetition == first for repetition in repetitions)
        assert {answer[:3] for answer in first} >= {b"200", b"201", b"204", b"404", b"429", b"500", b"503"}
        kinds = {event["kind"] for event in msgspec.json.decode(first[-3][4:])}
        assert kinds == {"step", "callback", "inserted", "deleted", "signal", "rule"}
        assert all(_run_in_process(hash_seed, sink.url) == compute_digest(first) for hash_seed in ("1", "2"))


def compute_digest(answers: list[bytes]) -> str:
    return sha256(b"\n".join(answers)).hexdigest()


def _run_in_process(hash_seed: str, callback: str) -> str:
    code = (
        "import sys; from tests.integration.test_repetition import compute_digest, run_session; "
        "print(compute_digest(run_session(sys.argv[1])))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    command = [sys.executable, "-c", code, callback]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return result.stdout.strip()
