"""`<Record>`: the party is recorded until a key, silence, or the longest time."""

from generators.instants import SECOND
from generators.model import Source
from mockserver.account.calls import person
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.documents import Documents
from mockserver.account.calls.leg_recordings import LegRecordings, to_seconds
from mockserver.account.calls.progress import CallProgress
from mockserver.account.calls.speaking import hear
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.calls.transcribing import Transcribing
from mockserver.account.state.activities import RecordingParty
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.callbacks.action_parameters import build_record_extra
from mockserver.twiml import acts


class PartyRecordings:
    """The `<Record>`s of an account's live calls."""

    def __init__(
        self,
        context: CallContext,
        requests: AppRequests,
        documents: Documents,
        progress: CallProgress,
        recordings: LegRecordings,
        subscriptions: Subscriptions,
        transcribing: Transcribing,
    ) -> None:
        self._context = context
        self._requests = requests
        self._documents = documents
        self._progress = progress
        self._recordings = recordings
        self._subscriptions = subscriptions
        self._transcribing = transcribing

    def record(self, call: LiveCall, act: acts.Record) -> None:
        """Perform a `<Record>`: what the party says and presses is known at its start."""
        now = self._context.clock.now()
        options = RecordOptions(trim=act.trim, subscription=self._subscriptions.resolve(call, act.callback))
        recording = self._recordings.start(call.sid, options, Source.RECORD_VERB, is_party_only=True)
        call.recordings.append(recording)
        text = person.take_speech(call, is_message=True)
        spoken_until = now if text is None else hear(call, now, text=text)
        key = person.take_finish_key(call, act.finish_on_key)
        limit = now + act.max_length * SECOND
        if key is not None:
            stop = spoken_until + person.REACTION
        elif act.timeout:
            stop = spoken_until + act.timeout * SECOND
        else:
            stop = limit
        call.doing = RecordingParty(min(stop, limit), recording.index, now, key if stop <= limit else None)

    def finish(self, call: LiveCall, doing: RecordingParty, digits: str | None) -> None:
        """End a `<Record>`, and ask its action.

        Args:
            digits: the key that ended it, `hangup`, or None.
        """
        call.doing = None
        now, act = self._context.clock.now(), self._documents.get_act(call)
        recording = next((known for known in call.recordings if known.index == doing.recording), None)
        if recording is not None:  # else the API has stopped it
            call.recordings.remove(recording)
            if not self._recordings.end(recording, call.talk):
                return  # nothing was recorded: the next verb follows (WIRE-CALLS §3.3)
        sid = self._context.recordings.recording_index.get_sid(doing.recording)
        self._transcribing.request(call, act, doing.recording)
        extra = build_record_extra(
            sid=sid, url=self._progress.build_url(call, sid), duration=to_seconds(now - doing.since), digits=digits
        )
        self._requests.ask_action(call, act, extra)
