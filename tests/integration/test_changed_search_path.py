"""A test that empties `sys.path` while the server runs."""

import subprocess
import sys

PROGRAM = """
import sys
from mockserver.testing import MockTwilio
import requests

with MockTwilio(count=200, mix="completed=0.9,encrypted=0.5") as mock:
    sink, account, call = mock.sink, mock.url, "/Calls/CA" + "1" * 32 + "/Recordings.json"
    control = f"{mock.base_url}/_mock/accounts/{mock.account_sid}"
    sys.path[:] = []

    def send(method, url, **options):
        response = requests.request(method, url, timeout=60, **options)
        assert response.status_code < 500, (url, response.headers.get("X-Mock-Reason"))
        return response

    def send_to_account(method, path, **options):
        return send(method, account + path, auth=mock.auth, **options)

    recordings = send_to_account("GET", "/Recordings.json").json()["recordings"]
    for recording in recordings[:5]:
        for extension in ("", ".json", ".xml", ".csv", ".html", ".wav", ".mp3"):
            send_to_account("GET", f"/Recordings/{recording['sid']}{extension}")
    for path in ("Transcriptions.json", "Calls.json", "Conferences.json", "Recordings.json?Pagesize=1", "Nope.json"):
        send_to_account("GET", f"/{path}")
    callback = {"RecordingStatusCallback": sink.url, "RecordingStatusCallbackEvent": "in-progress"}
    send_to_account("POST", call, data=callback)
    send_to_account("POST", call, files={"RecordingChannels": "dual"})
    sink.wait_for(1, timeout=60)
    for path in ("", "/clock", "/corpus", "/events", "/callbacks", "/requests", "/requests.har", "/doctor"):
        send("GET", control + path)
    delay = {"log_normal": {"median": "1ms", "sigma": 1}}
    send("POST", f"{control}/faults", json={"faults": [{"then": {"delay": delay}, "times": 1}]})
    send_to_account("GET", "/Recordings.json")
    send("PUT", f"{control}/scenario", json={"name": "happy-path"})
    send("POST", f"{control}/clock", json={"advance": "60s"})
    for host in ("api.twilio.com", "other.example"):
        requests.get(f"http://{host}/x", proxies={"http": mock.base_url}, timeout=60)
    try:
        import sched
    except ImportError:
        print("the test's own imports fail")
"""


def test_server_answers_after_search_path_is_emptied() -> None:
    process = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=300, check=False)
    assert (process.returncode, process.stderr, process.stdout) == (0, "", "the test's own imports fail\n")
