"""Plays TwiML: performs one act after the other, and continues a call when an act is over."""

from collections.abc import Callable
from typing import Any

from generators.instants import SECOND
from generators.model import CallStatus, Source
from generators.sids import Kind
from mockserver.account.calls import person
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.conferences import LiveConferences
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.dialing import Dialing
from mockserver.account.calls.leg_recordings import LegRecordings, to_seconds
from mockserver.account.calls.progress import CallProgress
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.calls.talk import add_utterance
from mockserver.account.calls.transcribing import Transcribing
from mockserver.account.state.live_calls import (
    Gathering,
    LiveCall,
    Performing,
    Purpose,
    Queued,
    RecordingParty,
    RecordOptions,
    Side,
    Utterance,
)
from mockserver.callbacks.action_parameters import (
    build_digits_extra,
    build_enqueue_extra,
    build_record_extra,
    build_speech_extra,
)
from mockserver.callbacks.voice_parameters import Extra
from mockserver.twiml import acts
from mockserver.twiml.durations import measure_seconds

_QUEUE_PATIENCE = 60 * SECOND
"""How long a person waits in a queue before they hang up, in microseconds."""
TWIML_SOURCE = "StartCallRecordingTwiML"
"""The source of a recording that a document starts, seen live (WIRE-CALLS §3.5). The contract does not know it."""
_SPEECH_END = SECOND
"""The silence by which speech recognition knows that a person has finished, in microseconds."""


class Player:
    """Plays the documents of live calls.

    Args:
        end: ends a call with a status.
    """

    def __init__(
        self,
        context: CallContext,
        requests: AppRequests,
        progress: CallProgress,
        recordings: LegRecordings,
        dialing: Dialing,
        conferences: LiveConferences,
        subscriptions: Subscriptions,
        transcribing: Transcribing,
        end: Callable[[LiveCall, CallStatus], None],
    ) -> None:
        self._context = context
        self._requests = requests
        self._progress = progress
        self._recordings = recordings
        self._dialing = dialing
        self._conferences = conferences
        self._subscriptions = subscriptions
        self._transcribing = transcribing
        self._end = end
        self._performers: dict[type[Any], Callable[[LiveCall, Any], None]] = {
            acts.Say: self._say,
            acts.Play: self._play,
            acts.Pause: self._pause,
            acts.Record: self._record,
            acts.Gather: self._gather,
            acts.Dial: self._dialing.dial,
            acts.Redirect: self._redirect,
            acts.Hangup: self._hang_up,
            acts.Reject: self._reject,
            acts.StartRecording: self._start_recording,
            acts.StopRecording: self._stop_recording,
            acts.Leave: self._leave,
            acts.Enqueue: self._enqueue,
        }

    def play(self, call: LiveCall) -> None:
        """Perform acts until one takes time, the app is asked, or the call is over."""
        while call.doing is None and not call.is_over and call.document is not None:
            script = self._requests.get_script(call)
            if call.document.position >= len(script.acts):
                self._finish_document(call)
                return
            act = script.acts[call.document.position]
            if call.status is CallStatus.RINGING and not isinstance(act, acts.Reject | acts.Pause):
                self._progress.set_status(call, CallStatus.IN_PROGRESS)
            call.document.position += 1
            self._performers[type(act)](call, act)

    def _finish_document(self, call: LiveCall) -> None:
        if call.is_whispering:
            self._dialing.connect(call)
            return
        if call.status is CallStatus.RINGING:
            self._progress.set_status(call, CallStatus.IN_PROGRESS)
        self._end(call, CallStatus.COMPLETED)

    def resume(self, call: LiveCall) -> None:
        """Continue after an act that is over."""
        doing, call.doing = call.doing, None
        match doing:
            case RecordingParty():
                self.finish_record(call, doing, doing.key)
            case Gathering():
                self._finish_gather(call, doing)
            case Queued():
                self.leave_queue(call, doing, "hangup")
                if not call.is_over:
                    self._end(call, CallStatus.COMPLETED)
        self.play(call)

    # -- speaking --------------------------------------------------------------------------------

    def _say(self, call: LiveCall, act: acts.Say) -> None:
        self._perform(call, act, text=act.text)

    def _play(self, call: LiveCall, act: acts.Play) -> None:
        if act.digits is None:
            self._context.note(call, f"plays {act.url or 'the answer'}, which is not fetched")
        self._perform(call, act, digits=act.digits or "")

    def _pause(self, call: LiveCall, act: acts.Pause) -> None:
        call.doing = Performing(self._context.clock.now() + act.seconds * SECOND)

    def _perform(self, call: LiveCall, act: acts.Say | acts.Play, text: str = "", digits: str = "") -> None:
        now = self._context.clock.now()
        stop = self._speak(call, act, now, text=text, digits=digits)
        call.doing = Performing(stop)

    def _speak(self, call: LiveCall, act: acts.Say | acts.Play, start: int, *, text: str = "", digits: str = "") -> int:
        """Let the call be heard, and return the instant at which it has finished."""
        stop = start + round(measure_seconds(act) * SECOND)
        spoken = " ".join([text] * min(act.loop, 20)) if text else ""
        add_utterance(call.talk, Utterance(Side.OTHER, start, stop, spoken, digits * min(act.loop, 20)))
        return stop

    def _hear(self, call: LiveCall, start: int, *, text: str = "", digits: str = "") -> int:
        """Let the party speak or press keys, and return the instant at which they have finished."""
        stop = start + (person.measure_speech(text) if text else person.count_duration(digits))
        add_utterance(call.talk, Utterance(Side.PARTY, start, stop, text, digits))
        return stop

    # -- Record ----------------------------------------------------------------------------------

    def _record(self, call: LiveCall, act: acts.Record) -> None:
        now = self._context.clock.now()
        options = RecordOptions(trim=act.trim, subscription=self._subscriptions.resolve(call, act.callback))
        recording = self._recordings.start(call.sid, options, Source.RECORD_VERB, is_party_only=True)
        call.recordings.append(recording)
        text = person.take_speech(call, is_message=True)
        spoken_until = now if text is None else self._hear(call, now, text=text)
        key = person.take_finish_key(call, act.finish_on_key)
        if key is not None:
            stop = spoken_until + person.REACTION
        elif act.timeout:
            stop = spoken_until + act.timeout * SECOND
        else:
            stop = now + act.max_length * SECOND
        limit = now + act.max_length * SECOND
        call.doing = RecordingParty(min(stop, limit), recording.index, text is not None, key if stop <= limit else None)

    def finish_record(self, call: LiveCall, doing: RecordingParty, digits: str | None) -> None:
        """End a `<Record>`, and ask its action."""
        act = self._get_act(call)
        recording = next(known for known in call.recordings if known.index == doing.recording)
        call.recordings.remove(recording)
        length = self._recordings.end(recording, call.talk)
        if not length:
            return  # nothing was recorded: the next verb follows (WIRE-CALLS §3.3)
        sid = self._recordings.get_sid(recording)
        self._transcribing.request(call, act, recording.index)
        untrimmed = self._context.clock.now() - recording.since
        extra = build_record_extra(
            sid=sid, url=self._progress.build_url(call, sid), duration=to_seconds(untrimmed), digits=digits
        )
        self._ask_action(call, act.action, act.method, extra, "Record")

    # -- Gather ----------------------------------------------------------------------------------

    def _gather(self, call: LiveCall, act: acts.Gather) -> None:
        at = self._context.clock.now()
        for prompt in act.prompts:
            if isinstance(prompt, acts.Pause):
                at += prompt.seconds * SECOND
            else:
                text = prompt.text if isinstance(prompt, acts.Say) else ""
                digits = (prompt.digits or "") if isinstance(prompt, acts.Play) else ""
                at = self._speak(call, prompt, at, text=text, digits=digits)
        call.doing = self._listen(call, act, at)

    def _listen(self, call: LiveCall, act: acts.Gather, at: int) -> Gathering:
        """Return what a question gets, and when."""
        if act.takes_digits and person.has_keys(call):
            start = at + person.REACTION
            before = call.digits_used
            keys = person.take_keys(call, act)
            used = call.caller.digits[before : call.digits_used]
            stop = self._hear(call, start, digits=used) if used else start
            is_complete = bool(keys.finish_key) or (act.num_digits is not None and len(keys.digits) >= act.num_digits)
            done_at = stop if is_complete else stop + act.timeout * SECOND
            if keys.digits or keys.finish_key:
                return Gathering(done_at, digits=keys.digits, finish_key=keys.finish_key)
            return Gathering(done_at)
        text = person.take_speech(call) if act.takes_speech else None
        if text is None:
            return Gathering(at + act.timeout * SECOND)
        stop = self._hear(call, at + person.REACTION, text=text)
        wait = _SPEECH_END if act.speech_timeout is None else act.speech_timeout * SECOND
        return Gathering(stop + wait, speech=text)

    def _finish_gather(self, call: LiveCall, doing: Gathering) -> None:
        act = self._get_act(call)
        extra: Extra
        if doing.digits is not None:
            if not doing.digits and not act.action_on_empty_result:
                return
            extra = build_digits_extra(doing.digits, doing.finish_key)
        elif doing.speech is not None:
            extra = build_speech_extra(doing.speech, person.CONFIDENCE)
        elif act.action_on_empty_result:
            extra = build_digits_extra("") if act.takes_digits else build_speech_extra("", 0.0)
        else:
            return
        self._ask_action(call, act.action, act.method, extra, "Gather")

    # -- flow ------------------------------------------------------------------------------------

    def _redirect(self, call: LiveCall, act: acts.Redirect) -> None:
        if not self._requests.ask(call, Purpose.REDIRECT, act.url, act.method, verb="Redirect"):
            self._end(call, CallStatus.COMPLETED)

    def _hang_up(self, call: LiveCall, act: acts.Hangup) -> None:
        self._end(call, CallStatus.COMPLETED)

    def _reject(self, call: LiveCall, act: acts.Reject) -> None:
        if call.status is CallStatus.RINGING:
            self._end(call, CallStatus.BUSY if act.reason == "busy" else CallStatus.NO_ANSWER)
        else:
            self._end(call, CallStatus.COMPLETED)

    def _leave(self, call: LiveCall, act: acts.Leave) -> None:
        """Do nothing: only a waiting document can leave a queue, and this mock plays none."""

    def _enqueue(self, call: LiveCall, act: acts.Enqueue) -> None:
        now = self._context.clock.now()
        sid = self._context.make_sid(Kind.QUEUE, call.documents * 1000 + call.number)
        call.doing = Queued(now + _QUEUE_PATIENCE, sid, now)

    def leave_queue(self, call: LiveCall, doing: Queued, result: str) -> None:
        """Ask the action of an `<Enqueue>` about its end. The person has hung up, so the answer does not matter."""
        act = self._get_act(call)
        if act.action is not None:
            seconds = (self._context.clock.now() - doing.since) // SECOND
            extra = build_enqueue_extra(result=result, sid=doing.sid, seconds=seconds)
            self._requests.ask(call, Purpose.AFTER_END, act.action, act.method, extra, verb="Enqueue")

    def _ask_action(self, call: LiveCall, action: str | None, method: str, extra: Extra, verb: str) -> None:
        purpose = Purpose.AFTER_END if call.is_over else Purpose.ACTION
        if not self._requests.ask(call, purpose, action, method, extra, verb=verb) and not call.is_over:
            self._end(call, CallStatus.COMPLETED)

    def _get_act(self, call: LiveCall) -> Any:
        """Return the act that began last."""
        assert call.document is not None, "an act belongs to a document"
        return self._requests.get_script(call).acts[call.document.position - 1]

    # -- Start and Stop ---------------------------------------------------------------------------

    def _start_recording(self, call: LiveCall, act: acts.StartRecording) -> None:
        if act.name is not None and any(known.name == act.name for known in call.recordings):
            return  # the document is played again after a Redirect
        options = RecordOptions(act.channels, act.track, act.trim, self._subscriptions.resolve(call, act.callback))
        recording = self._recordings.start(call.sid, options, Source.START_CALL_RECORDING_API, name=act.name)
        self._context.recordings.recording_index.show_on_twilio_wire(recording.index, {"source": TWIML_SOURCE})
        call.recordings.append(recording)

    def _stop_recording(self, call: LiveCall, act: acts.StopRecording) -> None:
        for known in [*call.recordings]:
            if known.name is not None and known.name == act.name:
                call.recordings.remove(known)
                self._recordings.end(known, call.talk)
                return
