"""Mixed requests of several clients: reads, changes and commands, on accounts that live for different times."""

import json
from base64 import b64encode
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

from generators.seeds import derive_auth_token

_TIMEOUT = 60.0
_READ_ACCOUNTS = [f"AC{number:032x}" for number in range(100)]
"""More than the server holds, so that it evicts some all the time."""
_CHANGED_ACCOUNTS = [f"AC{number:032x}" for number in range(0xC0, 0xC8)]
_SCENARIOS = ("happy-path", "late-webhook", "page-drift", "rate-limited", "slow-processing", "webhook-outage")
_FILTERS = ("DateCreated>=2025-12-01", "IncludeSoftDeleted=true", "PageSize=200", "DateCreated<=2025-11-05&PageSize=7")
_EXPECTED = frozenset({200, 201, 204, 206, 302, 304, 307, 400, 404, 405, 409, 416, 429, 500, 503})
"""What the API and the scenarios answer. 500 and 503 are scripted faults."""
_FAILURE = "The mock itself failed"
"""The start of the reason for a 500 that no scenario scripts."""


class UnexpectedResponse(Exception):
    """A response that no request of this traffic may get."""


class Traffic:
    """One client, which chooses its requests by a seed.

    Args:
        base_url: the server.
        sink_url: the receiver of callbacks.
        seed: determines the requests.
    """

    def __init__(self, base_url: str, sink_url: str, seed: int) -> None:
        self._address = urlsplit(base_url).netloc
        self._sink_url = sink_url
        self._random = Random(seed)
        self._connection = HTTPConnection(self._address, timeout=_TIMEOUT)
        self._listed: dict[str, list[str]] = {}
        self._number = seed << 32
        self._weighted: dict[Callable[[], None], int] = {
            self._list: 30,
            self._walk: 5,
            self._fetch: 25,
            self._media: 4,
            self._subresources: 4,
            self._mistake: 5,
            self._create: 8,
            self._update: 6,
            self._delete: 4,
            self._advance: 3,
            self._arm: 1,
            self._fault: 1,
            self._journal: 2,
            self._save_and_return: 1,
            self._reset: 1,
            self._short_life: 2,
            self._leave: 1,
        }

    def send_next(self) -> None:
        """Choose the next request by chance, and send it with those that belong to it."""
        (send,) = self._random.choices([*self._weighted], [*self._weighted.values()])
        send()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _request(self, method: str, target: str, sid: str, body: bytes = b"", media_type: str = "") -> bytes:
        """Return the body of a response.

        Raises:
            UnexpectedResponse: if its status is not among the expected ones.
        """
        secret = b64encode(f"{sid}:{derive_auth_token('0', sid)}".encode()).decode()
        headers = {"Authorization": f"Basic {secret}", **({"Content-Type": media_type} if media_type else {})}
        try:
            self._connection.request(method, target, body or None, headers)
            response = self._connection.getresponse()
            found = response.read()
        except (HTTPException, ConnectionError):  # a scripted fault broke the connection
            self._connection.close()
            return b""
        if response.status not in _EXPECTED or response.getheader("X-Mock-Reason", "").startswith(_FAILURE):
            raise UnexpectedResponse(f"{method} {target}: {response.status} {found[:300]!r}")
        return found

    def _get(self, sid: str, path: str) -> bytes:
        return self._request("GET", f"/2010-04-01/Accounts/{sid}/{path}", sid)

    def _post(self, sid: str, path: str, **form: str) -> bytes:
        target = f"/2010-04-01/Accounts/{sid}/{path}"
        return self._request("POST", target, sid, urlencode(form).encode(), "application/x-www-form-urlencoded")

    def _command(self, method: str, sid: str, path: str, **command: Any) -> bytes:
        return self._request(method, f"/_mock/accounts/{sid}{path}", sid, json.dumps(command).encode())

    def _choose_account(self) -> str:
        return self._random.choice(_READ_ACCOUNTS if self._random.random() < 0.5 else _CHANGED_ACCOUNTS)

    def _choose_sid(self, account: str) -> str:
        listed = self._listed.get(account)
        return self._random.choice(listed) if listed else "RE" + "0" * 32

    def _list(self) -> None:
        sid = self._choose_account()
        body = self._get(sid, f"Recordings.json?{self._random.choice(_FILTERS)}")
        if body.startswith(b"{") and (page := json.loads(body).get("recordings")):
            self._listed[sid] = [recording["sid"] for recording in page[:50]]

    def _walk(self) -> None:
        uri: str | None = f"/2010-04-01/Accounts/{(sid := self._choose_account())}/Recordings.json?PageSize=100"
        for _ in range(4):
            if uri is not None:
                body = self._request("GET", uri, sid)
                uri = json.loads(body).get("next_page_uri") if body.startswith(b"{") else None

    def _fetch(self) -> None:
        sid = self._choose_account()
        self._get(sid, f"Recordings/{self._choose_sid(sid)}.{self._random.choice(['json', 'xml', 'csv'])}")

    def _media(self) -> None:
        sid = self._choose_account()
        self._get(sid, f"Recordings/{self._choose_sid(sid)}.mp3")

    def _subresources(self) -> None:
        sid = self._choose_account()
        name = self._random.choice(["Transcriptions", "AddOnResults"])
        self._get(sid, f"Recordings/{self._choose_sid(sid)}/{name}.json")
        self._get(sid, self._random.choice(["Transcriptions.json", "Calls.json?PageSize=5", "Conferences.json"]))

    def _mistake(self) -> None:
        self._number += 1
        self._get(self._choose_account(), f"Recordings.json?Page={self._number}&nonsense{self._number}=1")

    def _create(self) -> None:
        self._number += 1
        call = f"CA{self._number:032x}"
        events = "in-progress completed"
        options = {"RecordingStatusCallback": self._sink_url, "RecordingStatusCallbackEvent": events}
        sid = self._random.choice(_CHANGED_ACCOUNTS)
        self._post(sid, f"Calls/{call}/Recordings.json", **options)
        if self._random.random() < 0.8:
            self._post(sid, f"Calls/{call}/Recordings/Twilio.CURRENT.json", Status="stopped")

    def _update(self) -> None:
        self._number += 1
        call, sid = f"CA{self._number:032x}", self._random.choice(_CHANGED_ACCOUNTS)
        self._post(sid, f"Calls/{call}/Recordings.json")
        for status in ("paused", "in-progress", "stopped"):
            self._post(sid, f"Calls/{call}/Recordings/Twilio.CURRENT.json", Status=status)

    def _delete(self) -> None:
        sid = self._random.choice(_CHANGED_ACCOUNTS)
        self._request("DELETE", f"/2010-04-01/Accounts/{sid}/Recordings/{self._choose_sid(sid)}.json", sid)

    def _advance(self) -> None:
        self._command("POST", self._random.choice(_CHANGED_ACCOUNTS), "/clock", advance="10s")

    def _arm(self) -> None:
        sid = self._random.choice(_CHANGED_ACCOUNTS)
        self._command("PUT", sid, "/scenario", name=self._random.choice(_SCENARIOS))
        self._command("POST", sid, "/signals", name="finish")

    def _fault(self) -> None:
        sid = self._random.choice(_CHANGED_ACCOUNTS)
        fault = {"when": {"op": "list_recordings"}, "then": {"status": 429, "retry_after": 1}, "times": 3}
        self._command("POST", sid, "/faults", faults=[fault])

    def _journal(self) -> None:
        sid = self._choose_account()
        self._command("POST", sid, "/requests/count", pattern={"op": "list_recordings"})
        for path in ("/requests?limit=5", "/doctor", "/events", "/callbacks"):
            self._request("GET", f"/_mock/accounts/{sid}{path}", sid)

    def _save_and_return(self) -> None:
        sid = self._random.choice(_CHANGED_ACCOUNTS)
        self._command("POST", sid, "/snapshots", name=self._random.choice("abc"))
        self._post(sid, f"Calls/CA{self._number:032x}/Recordings.json")
        self._command("POST", sid, "/rollback", name=self._random.choice("abc"))

    def _reset(self) -> None:
        self._command("POST", self._random.choice(_CHANGED_ACCOUNTS), "/reset")

    def _short_life(self) -> None:
        """Use an account as a test with the fixture does."""
        self._number += 1
        sid = f"AC{self._number + (1 << 100):032x}"
        self._post(sid, f"Calls/CA{self._number:032x}/Recordings.json")
        self._get(sid, "Recordings.json")
        self._command("DELETE", sid, "")

    def _leave(self) -> None:
        """Close the connection, as clients do; `HTTPConnection` opens another one."""
        self._connection.close()
