"""`<Start><Recording>` and `<Stop><Recording>`."""

from generators.model import Source
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.leg_recordings import LegRecordings
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.twiml import acts

TWIML_SOURCE = "StartCallRecordingTwiML"
"""The source of a recording that a document starts, seen live (WIRE-CALLS §3.5). The contract does not know it."""


class DocumentRecordings:
    """The recordings that documents start and stop."""

    def __init__(self, context: CallContext, recordings: LegRecordings, subscriptions: Subscriptions) -> None:
        self._context = context
        self._recordings = recordings
        self._subscriptions = subscriptions

    def start(self, call: LiveCall, act: acts.StartRecording) -> None:
        """Perform a `<Start>`."""
        if act.name is not None and any(known.name == act.name for known in call.recordings):
            return  # the document is played again after a Redirect
        options = RecordOptions(act.channels, act.track, act.trim, self._subscriptions.resolve(call, act.callback))
        source = Source.START_CALL_RECORDING_API
        recording = self._recordings.start(call.sid, options, source, name=act.name, twilio_source=TWIML_SOURCE)
        call.recordings.append(recording)

    def stop(self, call: LiveCall, act: acts.StopRecording) -> None:
        """Perform a `<Stop>`."""
        known = next((one for one in call.recordings if one.name is not None and one.name == act.name), None)
        if known is not None:
            call.recordings.remove(known)
            self._recordings.end(known, call.talk)
