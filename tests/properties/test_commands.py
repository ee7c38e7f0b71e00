"""The commands of a random session, applied again to new accounts, lead to the same states."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mockserver.account.account import Account
from mockserver.account.commands.calls import PlaceCall
from mockserver.account.commands.command import AccountCommand
from mockserver.account.commands.new_call import NewCall
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.account.state.subscription import Signer
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.response import ReceivedResponse
from tests.accounts import CALLBACK_URL, make_scenario, rebuild
from tests.harness import Api, make_settings

APP_URL = "http://127.0.0.1:9/voice"
TWIML = "<Response><Say>Hello</Say><Record maxLength='3'/><Pause length='7'/></Response>"
CALL = "CA" + "1" * 32
SCENARIO: dict[str, Any] = {
    "name": "session",
    "auth": "strict",
    "tokens": [
        {"after": {"any": [{"signal": "a"}, {"requests": 5}, {"callback": "completed"}]}, "create": "secondary"},
        {"after": {"all": [{"time": "1000d"}, {"signal": "b"}]}, "promote": "secondary"},
    ],
    "recordings": [
        {
            "id": "polled",
            "status_callback": CALLBACK_URL,
            "status_callback_event": ["in-progress", "completed"],
            "timeline": [
                {"after": {"any": [{"fetches": 2}, {"signal": "go"}]}, "status": "in-progress"},
                {"after": {"any": [{"time": "5s"}, {"callback": "in-progress"}]}, "status": "completed"},
            ],
        },
        {"id": "signalled", "timeline": [{"after": {"all": [{"signal": "b"}, {"signal": "a"}]}, "status": "absent"}]},
        {"id": "upcoming", "date_created": "2026-01-01T00:00:07Z", "status": "completed"},
        {
            "id": "broken",
            "status_callback": CALLBACK_URL,
            "timeline": [
                {
                    "after": {"any": [{"fetches": 1}, {"time": "4s"}]},
                    "status": "completed",
                    "callback": [
                        {"event": "completed", "delay": "3s", "fields": "at_delivery", "times": 2},
                        "in-progress",
                    ],
                },
                {"after": {"any": [{"signal": "go"}, {"callback": "completed"}]}, "set": {"duration": 9}},
                {"after": "2s", "transcription": "in-progress", "call": "completed"},
                {"after": {"requests": 1}, "transcription": "failed"},
            ],
        },
    ],
    "on_create": [
        {"when": {"nth": 2}, "timeline": [{"after": "3s", "status": "absent"}]},
        {"timeline": [{"after": {"any": [{"signal": "stopped"}, {"time": "20s"}]}, "status": "completed"}]},
    ],
    "faults": [
        {"when": {"op": "fetch_recording", "every": 3}, "then": {"status": 429, "retry_after": 2}},
        {
            "when": {"op": "fetch_recording"},
            "then": {"status": 404},
            "after": {"any": [{"callback": "in-progress"}, {"all": [{"signal": "a"}, {"requests": 2}]}]},
            "until": {"any": [{"time": "5s"}, {"requests": 3}]},
        },
        {"when": {"op": "delete_recording"}, "then": {"status": 503}, "after": "5s", "until": {"signal": "b"}},
    ],
    "page_drift": [
        {"when": {"page": 0}, "insert": 1, "delete": 1, "times": 2},
        {"insert": 1, "times": 9, "after": {"requests": 1}, "ttl": "4s"},
    ],
    "arrivals": [
        {"every": "1500ms", "rhythm": "poisson", "count": 30, "mix": {"absent": 0.3, "encrypted": 0.5}},
        {
            "rate": "0.4/s",
            "rhythm": "weekly",
            "after": {"any": [{"signal": "go"}, {"requests": 3}]},
            "until": {"any": [{"time": "9s"}, {"signal": "b"}, {"callback": "completed"}]},
            "status_callback": CALLBACK_URL,
            "duration": {"median": "9s", "sigma": 1},
            "timeline": [
                {"status": "in-progress"},
                {"after": {"any": [{"time": "2s"}, {"lists": 1}]}, "status": "completed"},
            ],
        },
    ],
    "limits": [{"requests": 3, "per": "1s", "by": "operation"}, {"concurrent": 1, "by": "credential"}],
}
OUTCOMES = (Outcome(204, None, ""), Outcome(500, None, ""), Outcome(None, Failure.CONNECTION, "refused"))


class Receiver:
    """Answers callbacks in turn: with success, with an error, not at all."""

    def __init__(self) -> None:
        self._count = 0

    async def send(self, _: CallbackRequest) -> Outcome:
        self._count += 1
        return OUTCOMES[self._count % len(OUTCOMES)]

    async def fetch(self, _: CallbackRequest) -> ReceivedResponse:
        return ReceivedResponse(Outcome(200, None, ""), (("content-type", "text/xml"),), TWIML.encode())


def get_sid(api: Api, number: int) -> str:
    """Return the SID of a generated recording, or of a created one if there are any."""
    account = api.get_account()
    created = account.state.created
    return (
        created[-number % len(created)].sid
        if number % 2 and created
        else account.corpus.get_sid(account.corpus.count - 1 - number)
    )


def create(api: Api, number: int) -> None:
    form = {"RecordingStatusCallback": CALLBACK_URL, "RecordingStatusCallbackEvent": "in-progress completed"}
    api.post(f"Calls/{CALL[:-1]}{number}/Recordings.json", **form)


def update(api: Api, number: int) -> None:
    status = ("paused", "in-progress", "stopped")[number % 3]
    api.post(f"Calls/{CALL[:-1]}{number // 3}/Recordings/Twilio.CURRENT.json", Status=status)


def delete_subresource(api: Api, number: int) -> None:
    sid = get_sid(api, number)
    for path, key in ((f"Recordings/{sid}/Transcriptions", "transcriptions"), ("Transcriptions", "transcriptions")):
        for item in api.get_in_account(f"{path}.json").json().get(key, [])[:1]:
            api.request("DELETE", f"{api.root}/{path}/{item['sid']}.json")
    path = f"Recordings/{sid}/AddOnResults"
    for result in api.get_in_account(f"{path}.json").json().get("add_on_results", [])[:1]:
        path = f"{path}/{result['sid']}"
        for payload in api.get_in_account(f"{path}/Payloads.json").json()["payloads"][:1]:
            api.request("DELETE", f"{api.root}/{path}/Payloads/{payload['sid']}.json")
        if number % 2:
            api.request("DELETE", f"{api.root}/{path}.json")


def add(api: Api, number: int) -> None:
    dates = {"date_created": f"2026-01-01T00:00:{10 + number}Z"} if number % 2 else {}
    api.send_command("POST", "/recordings", {"id": f"added-{number}", "status": "completed", **dates})


def change_rate(api: Api, _: int) -> None:
    api.send_command("POST", "/clock", {"mode": "scaled", "rate": 60.0})
    api.send_command("POST", "/clock", {"mode": "frozen"})


def roll_back(api: Api, number: int) -> None:
    api.send_command("POST", "/snapshots" if number % 2 else "/rollback", {})


def set_up(api: Api, number: int) -> None:
    if number:
        api.send_command("PUT", "/scenario", {"scenario": SCENARIO})
    else:
        api.send_command("DELETE", "/scenario")


def place_call(api: Api, number: int) -> None:
    """Place a recorded call, whose document is given or asked for, and let it go on for a while."""
    voice = VoiceDocument(url=APP_URL) if number % 2 else VoiceDocument(twiml=TWIML)
    signer = Signer("token", "a test", "http://localhost")
    call = NewCall(
        to="+15551230001",
        from_="+15551230002",
        signer=signer,
        voice=voice,
        time_limit=60,  # the document asks for itself again
        record=RecordOptions(),
    )
    api.get_account().apply(PlaceCall(call=call))
    api.send_command("POST", "/clock", {"advance": f"{number * 5}s"})


def add_rules(api: Api, number: int) -> None:
    rules = {
        "faults": [
            {"when": {"op": "list_recordings"}, "then": {"status": 503}, "times": 1, "probability": 0.5, "ttl": "3s"}
        ],
        "sequences": [{"when": {"op": "fetch_recording"}, "answers": [500, "ok"]}],
        "limits": [{"when": {"op": "list_recordings"}, "requests": 1, "per": "1m"}],
    }
    api.send_command("DELETE", f"/faults/{number}")
    api.send_command("POST", "/faults", rules)


def add_arrivals(api: Api, number: int) -> None:
    api.send_command("DELETE", f"/arrivals/{number}")
    api.send_command("POST", "/arrivals", {"every": "2s", "count": 9, "after": {"requests": number + 1}})


OPERATIONS: dict[str, Callable[[Api, int], object]] = {
    "create": create,
    "update": update,
    "delete": lambda api, number: api.request("DELETE", api.get_recording_path(get_sid(api, number))),
    "delete subresource": delete_subresource,
    "list": lambda api, number: api.get_in_account(f"Recordings.json?PageSize={number + 1}"),
    "list deleted": lambda api, _: api.get_in_account("Recordings.json?IncludeSoftDeleted=true"),
    "fetch": lambda api, number: api.get(api.get_recording_path(get_sid(api, number))),
    "signal": lambda api, number: api.send_command("POST", "/signals", {"name": ("go", "a", "b")[number % 3]}),
    "add": add,
    "transition": lambda api, number: api.send_command(
        "POST", f"/recordings/{get_sid(api, number)}", {"status": ("completed", "deleted", "failed")[number % 3]}
    ),
    "step": lambda api, number: api.send_command("POST", f"/recordings/{('signalled', 'polled')[number % 2]}/step"),
    "add rules": add_rules,
    "remove rules": lambda api, _: api.send_command("DELETE", "/faults"),
    "add arrivals": add_arrivals,
    "remove arrivals": lambda api, _: api.send_command("DELETE", "/arrivals"),
    "advance": lambda api, number: api.send_command("POST", "/clock", {"advance": f"{number}s"}),
    "advance beyond retention": lambda api, _: api.send_command("POST", "/clock", {"advance": "41d"}),
    "change rate": change_rate,
    "roll back": roll_back,
    "set up": set_up,
    "reset": lambda api, _: api.send_command("POST", "/reset"),
    "forget": lambda api, _: api.send_command("DELETE", ""),
    "configure": lambda api, number: api.send_command(
        "PUT", "/overrides", {"routes": {"https://app.example.com": f"http://127.0.0.1:800{number}"}}
    ),
    "place call": place_call,
    "send callback": lambda api, number: api.send_command(
        "POST", "/callbacks", {"event": ("completed", "absent")[number % 2], "to": "http://127.0.0.1:9/hook"}
    ),
    "redeliver": lambda api, number: api.send_command("POST", f"/callbacks/{number}/redeliver"),
}


def encode_state(account: Account) -> bytes:
    """Return the state without the clock's instant, which passes by itself while the clock runs."""
    account.snapshot()
    account.state.now = 0
    return msgspec.msgpack.encode(account.state)


@contextmanager
def watch_states() -> Iterator[dict[Account, bytes]]:
    """Check before each command that nothing changed since the previous one. Yield the latest states."""
    states: dict[Account, bytes] = {}
    apply = Account.apply

    def apply_watched(account: Account, command: AccountCommand[Any], at: int | None = None) -> Any:
        assert states.setdefault(account, encode_state(account)) == encode_state(account), f"changed before {command}"
        try:
            return apply(account, command, at)
        finally:
            states[account] = encode_state(account)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Account, "apply", apply_watched)
        yield states


@given(st.lists(st.tuples(st.sampled_from([*OPERATIONS]), st.integers(0, 5)), max_size=20))
@example([(name, number) for name in OPERATIONS for number in (3, 0)])
@example([("signal", 0), ("step", 0), ("advance", 5), ("redeliver", 0), ("list", 3), ("list", 3), ("roll back", 1)])
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_commands_of_a_session_lead_to_the_same_state_again(session: list[tuple[str, int]]) -> None:
    mock_settings = make_settings(count=12)
    with watch_states() as states, Api(mock_settings, make_scenario(**SCENARIO)) as api:
        api.mock.worker.receivers[api.mock.demo.sid.lower()] = Receiver()
        for name, number in session:
            OPERATIONS[name](api, number)
        account = api.get_account()
        assert states.get(account, encode_state(account)) == encode_state(account)
        expected = account.snapshot()
        again = rebuild(account, mock_settings)
    assert msgspec.msgpack.decode(again.snapshot()) == msgspec.msgpack.decode(expected)
    assert again.snapshot() == expected
