"""The ringing of a call that was placed, and its answer."""

from collections.abc import Callable

from generators.model import CallStatus, Source
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.conferences import LiveConferences
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.dialing import Dialer
from mockserver.account.calls.leg_recordings import LegRecordings
from mockserver.account.calls.machine_detection import MachineDetector
from mockserver.account.calls.progress import CallProgress
from mockserver.account.calls.speaking import speak
from mockserver.account.state import activities
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.twiml import acts

_HEARD_KEYS = "0123456789*#wW"


class Ringer:
    """Lets the phones of calls that were placed ring.

    Args:
        end: ends a call with a status.
    """

    def __init__(
        self,
        context: CallContext,
        requests: AppRequests,
        progress: CallProgress,
        recordings: LegRecordings,
        conferences: LiveConferences,
        dialing: Dialer,
        end: Callable[[LiveCall, CallStatus], None],
    ) -> None:
        self._context = context
        self._requests = requests
        self._progress = progress
        self._recordings = recordings
        self._conferences = conferences
        self._dialing = dialing
        self.detector = MachineDetector(context, progress)
        self._end = end

    def ring(self, call: LiveCall) -> None:
        """Let the phone of a call ring, be answered or not, and begin what follows the answer."""
        now, caller = self._context.clock.now(), call.caller
        if isinstance(call.doing, activities.Connecting):
            self._connect(call)
        elif call.status is CallStatus.QUEUED:
            self._progress.send(call, "initiated", "initiated")
            self._progress.set_status(call, CallStatus.RINGING)
            ring_time = call.ring_limit if caller.ring_time is None else min(caller.ring_time, call.ring_limit)
            call.doing = activities.Ringing(now + ring_time)
        elif caller.ring_time is not None and caller.ring_time > call.ring_limit:
            self._end(call, CallStatus.NO_ANSWER)
        elif not caller.is_reached:
            self._end(call, CallStatus(str(caller.answers)))
        else:
            call.doing = None
            self._answer(call)

    def _answer(self, call: LiveCall) -> None:
        self._progress.set_status(call, CallStatus.IN_PROGRESS)
        if call.record is not None:
            recording = self._recordings.start(call.sid, call.record, Source.OUTBOUND_API)
            call.recordings.append(recording)
            call.record_index, call.record_sid = recording.index, self._recordings.get_sid(recording)
        if call.direction is Direction.OUTBOUND_DIAL:
            self._dialing.take_answer(call)
        ready_at = max(self._send_digits(call), self.detector.begin(call))
        if ready_at > self._context.clock.now():
            call.doing = activities.Connecting(ready_at)
        else:
            self._connect(call)

    def _send_digits(self, call: LiveCall) -> int:
        """Let the callee hear keys, and return the instant at which they have heard all."""
        digits = "".join(key for key in call.send_digits or "" if key in _HEARD_KEYS)
        now = self._context.clock.now()
        return speak(call, acts.Play(digits=digits), now) if digits else now

    def _connect(self, call: LiveCall) -> None:
        call.doing = None
        if call.joins is not None:
            self._conferences.join(call, call.joins, is_dialed=False)
        elif call.direction is Direction.OUTBOUND_DIAL:
            self._dialing.answer(call, call.voice.url, call.voice.method)
        else:
            self._requests.ask_first(call)
