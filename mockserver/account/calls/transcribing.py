"""Transcriptions that a `<Record>` asks for, and their callbacks."""

import msgspec

from generators.instants import SECOND
from generators.model import Status, Transcription, TranscriptionStatus
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.debugger import Debugger
from mockserver.account.calls.progress import CallProgress
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.resources.derived_resources import DerivedResources
from mockserver.account.state.calls_state import TranscriptionRequest
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.state import TimerKind
from mockserver.account.state.subscription import StatusSubscription
from mockserver.callbacks.voice_parameters import build_transcribe_parameters
from mockserver.twiml.acts import Record

_DELAY = 5 * SECOND
"""The time from the end of a recording to its transcription, in microseconds: the recording is complete before."""
_MAX_TRIES = 100
"""How often a recording that is not complete yet is looked at: a scenario may never complete it."""
_SHORTEST, _LONGEST = 2, 120
"""A recording must be longer than the first and shorter than the second, in seconds (WIRE-CALLS §3.3)."""


class Transcribing:
    """The transcriptions of an account's live calls."""

    def __init__(
        self,
        context: CallContext,
        progress: CallProgress,
        debugger: Debugger,
        subscriptions: Subscriptions,
        resources: DerivedResources,
    ) -> None:
        self._context = context
        self._live = context.live
        self._progress = progress
        self._debugger = debugger
        self._subscriptions = subscriptions
        self._resources = resources

    def request(self, call: LiveCall, act: Record, index: int) -> None:
        """Ask for the transcription of a recording that has ended, if its `<Record>` does."""
        is_asked = act.transcribe or (self._context.settings.transcribes_alone and act.transcribe_callback is not None)
        if not is_asked:
            if act.transcribe_callback is not None:
                text = 'transcribeCallback is not called without transcribe="true" (see --transcribe-callback)'
                self._debugger.report_code(call, 13617, text)
            return
        url = act.transcribe_callback and self._subscriptions.resolve_url(
            call, act.transcribe_callback, "transcribeCallback"
        )
        self._context.recordings.recording_index.set_transcription(index, TranscriptionStatus.IN_PROGRESS)
        self._live.transcription_requests[index] = TranscriptionRequest(call=call.number, url=url or None)
        self._wait(index)

    def has_requests(self, call: LiveCall) -> bool:
        """Return True if a transcription of a call is not complete."""
        return any(request.call == call.number for request in self._live.transcription_requests.values())

    def _wait(self, index: int) -> None:
        self._context.timers.add(self._context.clock.now() + _DELAY, TimerKind.TRANSCRIPTION, index)

    def complete(self, index: int) -> None:
        """Complete a transcription, if its recording is complete."""
        request = self._live.transcription_requests.pop(index)
        call = self._context.get_call(request.call)
        recording_index = self._context.recordings.recording_index
        status = recording_index.get_status(index)
        if status is Status.PROCESSING and request.tries < _MAX_TRIES:
            self._live.transcription_requests[index] = msgspec.structs.replace(request, tries=request.tries + 1)
            self._wait(index)
            return
        if status is Status.DELETED:
            self._debugger.report_code(call, 13618, "the recording was deleted before it was transcribed")
            return
        recording = recording_index.get_even_if_deleted(index)
        if status is not Status.COMPLETED:
            return
        if not _SHORTEST < (recording.duration or 0) < _LONGEST:
            bounds = f"more than {_SHORTEST} and less than {_LONGEST} seconds"
            text = f"expected a recording of {bounds}, found {recording.duration}"
            self._debugger.report_code(call, 13617, text)
            recording_index.set_transcription(index, TranscriptionStatus.FAILED)
            return
        has_words = any(turn.text for turn in recording.turns or ())
        outcome = TranscriptionStatus.COMPLETED if has_words else TranscriptionStatus.FAILED
        recording_index.set_transcription(index, outcome)
        if request.url is not None:
            self._call_back(call, index, request.url, outcome)

    def _call_back(self, call: LiveCall, index: int, url: str, outcome: TranscriptionStatus) -> None:
        recording = self._context.recordings.recording_index.get_even_if_deleted(index)
        transcription = self._resources.transcriptions.get(index)
        assert isinstance(transcription, Transcription), "these are the transcriptions"
        parameters = build_transcribe_parameters(
            call_sid=call.sid,
            account_sid=self._context.account_sid,
            from_=call.from_,
            to=call.to,
            status=call.status.value,
            direction=call.direction.value,
            forwarded_from=call.forwarded_from,
            recording_sid=recording.sid,
            recording_url=self._progress.build_url(call, recording.sid),
            transcription_sid=transcription.sid,
            transcription_status=outcome.value,
            transcription_text=transcription.text if outcome is TranscriptionStatus.COMPLETED else None,
            url=url,
        )
        self._context.callbacks.enqueue_request(
            sid=recording.sid,
            event="transcription",
            receiver=StatusSubscription(url),  # always POST (WIRE-CALLS §3.3)
            parameters=parameters,
            signer=call.signer,
        )
