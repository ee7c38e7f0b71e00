"""Places calls on an account, plays them, and reads what happened on them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mockserver.control.client.changes import TIMEOUT_FAILURES, AccountChanges, refuse_unanswered
from mockserver.control.client.clock import to_duration_text
from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.event_loops import has_running_loop, run_in_thread
from mockserver.control.views.call_data import CallSummary
from mockserver.control.views.calls import CallView

if TYPE_CHECKING:
    from typing import Literal, Unpack

    from mockserver.control.client.argument_types import CallOptions

__tracebackhide__ = True
CallReference = str | CallView | CallSummary
"""A CallSid, or what has one: a result of `incoming`, or a call of twilio-python."""
_DURATIONS = ("rings", "hangs_up_after")


class CallsClient:
    """The calls of an account that begin here.

    A test that places a call waits until the call and its recordings are complete, or until only somebody else can go
    on, such as another participant of a conference. A frozen clock moves meanwhile.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._changes = AccountChanges(connection, account_path)
        self._path = f"{account_path}/calls"

    def incoming(
        self,
        url: str,
        *,
        method: "Literal['GET', 'POST']" = "POST",
        to: str | None = None,
        **options: "Unpack[CallOptions]",
    ) -> CallView:
        """Let a person call the app, and return the call after its end.

        An app on the caller's own event loop cannot answer meanwhile: use `incoming_async`.

        Args:
            url: the voice URL of the app.
            method: the method of the first request.
            to: the number of the app.
            options: who calls, and what they do: `from_`, `speech` (one item for each time the app listens), `digits`
                (all keys in one row), `hangs_up_after`; `status_callback` with `status_callback_method` and
                `status_callback_events`; `fallback_url`; `wait=False` to return at once, while the phone rings.
        """
        return self._place("incoming", {"url": url, "method": method, "to": to}, options, twin="incoming_async")

    async def incoming_async(
        self,
        url: str,
        *,
        method: "Literal['GET', 'POST']" = "POST",
        to: str | None = None,
        **options: "Unpack[CallOptions]",
    ) -> CallView:
        """Let a person call the app like `incoming`, without blocking the event loop that the app may run on."""
        return await run_in_thread(self.incoming, url, method=method, to=to, **options)

    def outgoing(
        self,
        to: str,
        url: str | None = None,
        *,
        twiml: str | None = None,
        method: "Literal['GET', 'POST']" = "POST",
        **options: "Unpack[CallOptions]",
    ) -> CallView:
        """Let the app call a person, as `client.calls.create` does, and return the call after its end.

        An app on the caller's own event loop cannot answer meanwhile: use `outgoing_async`.

        Args:
            to: the number of the person.
            url: the voice URL of the app, unless `twiml` is the document.
            twiml: the document.
            method: the method of the first request.
            options: those of `incoming`, and `answers` and `rings`, which say what happens at the called end; `record`,
                which is True, `mono` or `dual`, and `recording_status_callback`.
        """
        document = {"url": url, "twiml": twiml, "method": method}
        return self._place("outgoing", {"to": to, **document}, options, twin="outgoing_async")

    async def outgoing_async(
        self,
        to: str,
        url: str | None = None,
        *,
        twiml: str | None = None,
        method: "Literal['GET', 'POST']" = "POST",
        **options: "Unpack[CallOptions]",
    ) -> CallView:
        """Let the app call a person like `outgoing`, without blocking the event loop that the app may run on."""
        return await run_in_thread(self.outgoing, to, url, twiml=twiml, method=method, **options)

    def play(self, call: CallReference) -> CallView:
        """Play a call on to its end, also one that `client.calls.create` has placed, and return it.

        An app on the caller's own event loop cannot answer meanwhile: use `play_async`.
        """
        return self._play(self._send(f"/{_get_sid(call)}/play", {}, twin="play_async"), twin="play_async")

    async def play_async(self, call: CallReference) -> CallView:
        """Play a call on like `play`, without blocking the event loop that the app may run on."""
        return await run_in_thread(self.play, call)

    def play_on(self, call: CallReference) -> CallView:
        """Play a call on until something new is heard or happens, or for a minute of real time, and return it."""
        return self._send(f"/{_get_sid(call)}/play", {"until": "change"}, twin="play_async")

    def hang_up(self, call: CallReference) -> CallView:
        """Let the person on the line hang up, and return the call after the end of its recordings.

        An app on the caller's own event loop cannot answer meanwhile: use `hang_up_async`.
        """
        return self._play(self._send(f"/{_get_sid(call)}/hang-up", {}, twin="hang_up_async"), twin="hang_up_async")

    async def hang_up_async(self, call: CallReference) -> CallView:
        """Let the person hang up like `hang_up`, without blocking the event loop that the app may run on."""
        return await run_in_thread(self.hang_up, call)

    def get(self, call: CallReference) -> CallView:
        """Return a call as it is now."""
        return self._connection.request("GET", f"{self._path}/{_get_sid(call)}", CallView)

    def list(self) -> tuple[CallSummary, ...]:
        """Return all calls in short, oldest first: also those that a `<Dial>` or the API placed."""
        return self._connection.request("GET", self._path, tuple[CallSummary, ...])

    def __iter__(self) -> Iterator[CallSummary]:
        return iter(self.list())

    def __len__(self) -> int:
        return len(self.list())

    def _place(self, direction: str, fields: Mapping[str, Any], options: "CallOptions", *, twin: str) -> CallView:
        given = {**fields, **options}
        command = {"direction": direction, **{name: value for name, value in given.items() if value is not None}}
        if "from_" in command:
            command["from"] = command.pop("from_")
        for name in _DURATIONS:
            if name in command:
                command[name] = to_duration_text(command[name])
        call = self._send("", command, twin=twin)
        return self._play(call, twin=twin) if options.get("wait", True) else call

    def _play(self, call: CallView, *, twin: str) -> CallView:
        """Wait for a call that takes longer than one request."""
        while not call.is_played:
            call = self._send(f"/{call.sid}/play", {}, twin=twin)
        return call

    def _send(self, path: str, command: Any, *, twin: str) -> CallView:
        call = self._changes.send(f"/calls{path}", CallView, command, twin=twin)
        if has_running_loop():
            unanswered = [request.url for request in call.requests if request.failure in TIMEOUT_FAILURES]
            refuse_unanswered("request", unanswered, twin)
        return call


def _get_sid(call: CallReference) -> str:
    """Return the SID of a call.

    Raises:
        TypeError: if it is neither a SID nor an object with one.
    """
    sid = call if isinstance(call, str) else getattr(call, "sid", None)
    if not isinstance(sid, str):
        raise TypeError(f"expected a CallSid, or a result of `incoming` or `outgoing`, found {call!r}")
    return quote(sid, safe="")
