"""What every response to an account leads to: an entry in the journal, a line in the log, and what it triggers."""

from functools import cached_property, partial
from typing import TYPE_CHECKING

from starlette.types import Send

from mockserver.account.account import Account
from mockserver.journal.journal import Entry
from mockserver.mock import Mock
from mockserver.rest.headers import ResponseMetadataFactory
from mockserver.server.exchange import Exchange
from mockserver.server.request_entries import log_effect, log_request
from mockserver.server.response import Response
from mockserver.server.saving import send_when_saved
from mockserver.server.sending import run_before_last_byte

if TYPE_CHECKING:
    from mockserver.account.commands.requests import RecordResponse


class ResponseRecorder:
    """Records the responses of one mock, and makes their metadata."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self.make_metadata = ResponseMetadataFactory(mock.instance_id)

    def record(self, exchange: Exchange, account: Account, response: Response, started: float, seconds: float) -> None:
        """Log a request and its response, and run what the response triggers: the client gets it now.

        Args:
            started: when the request was received, in monotonic seconds.
            seconds: the duration of the request.
        """
        self._run_triggers(exchange, account, response, log_request(exchange, account, response, started, seconds))

    def record_download(
        self, exchange: Exchange, account: Account, response: Response, started: float, seconds: float, send: Send
    ) -> Send:
        """Log a download. A client that leaves before the end has no file.

        Returns:
            A `send` that runs what the response triggers before its last byte, and then saves it.
        """
        entry, saver = log_request(exchange, account, response, started, seconds), self._mock.saver
        if saver is not None:
            saver.mark(account)  # it has a new entry
            send = partial(send_when_saved, saver, send)
        run_triggers = partial(self._run_triggers, exchange, account, response, entry)
        return run_before_last_byte(send, response.length, run_triggers)

    @cached_property
    def _record_response_type(self) -> "type[RecordResponse]":
        """The command, imported for the first scenario. An import statement costs 2 us each time it is reached."""
        from mockserver.account.commands.requests import RecordResponse

        return RecordResponse

    def _run_triggers(self, exchange: Exchange, account: Account, response: Response, entry: Entry) -> None:
        """Run what a response triggers. Nothing may come between this and the log, except for downloads."""
        strike = exchange.matched_fault
        is_complete = strike is None or strike.then.fault is None
        if response.request_kind is not None and is_complete and account.is_observed(response.recording_indices):
            first_event = account.state.event_serial
            counted = account.apply(
                self._record_response_type(
                    operation=exchange.operation,
                    kind=response.request_kind,
                    indices=response.recording_indices,
                    page=response.page_number,
                )
            )
            if counted:
                log_effect(account, entry, response.request_kind, counted, first_event)
        self._mock.worker.schedule(account)
