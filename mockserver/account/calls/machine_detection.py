"""Who answered a call: a person or a machine, and when that is known (`MachineDetection`)."""

from generators.instants import SECOND
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.progress import CallProgress
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.machine_detection import MachineDetection
from mockserver.callbacks.progress_parameters import build_detection_parameters

_MILLISECOND = SECOND // 1000
_HELLO = 1_000
"""How long a person speaks who answers, in milliseconds."""
_GREETING = 6_000
"""How long a machine speaks before its beep, in milliseconds."""


class MachineDetector:
    """Detects the machines among those who answer the calls of an account."""

    def __init__(self, context: CallContext, progress: CallProgress) -> None:
        self._context = context
        self._progress = progress

    def begin(self, call: LiveCall) -> int:
        """Begin at the answer of a call. Return the instant at which its document may begin."""
        now, is_machine = self._context.clock.now(), call.caller.answers == "machine"
        if call.detection is None:
            call.answered_by = "machine_start" if is_machine else None
            return now
        duration, _ = _detect(call.detection, is_machine=is_machine)
        call.detects_at = now + duration * _MILLISECOND
        return now if call.detection.is_async else call.detects_at

    def finish(self, call: LiveCall) -> None:
        """Note who answered a call, and send it to its receiver, if that is known now."""
        if call.detection is None or call.detects_at is None or call.detects_at > self._context.clock.now():
            return
        duration, call.answered_by = _detect(call.detection, is_machine=call.caller.answers == "machine")
        call.detects_at = None
        self._context.touch(call)
        self._context.note(call, f"answered by {call.answered_by}")
        if call.detection.is_async and call.detection.callback is not None:
            parameters = build_detection_parameters(
                call_sid=call.sid,
                account_sid=self._context.account_sid,
                answered_by=call.answered_by,
                duration=duration,
            )
            self._context.callbacks.enqueue_request(
                sid=call.sid,
                event="machine-detection",
                receiver=call.detection.callback,
                parameters=parameters,
                signer=call.signer,
            )


def _detect(detection: MachineDetection, *, is_machine: bool) -> tuple[int, str]:
    """Return how long the detection takes, in milliseconds, and its result."""
    if not is_machine:
        duration, found = _HELLO + detection.speech_end_threshold, "human"
    elif detection.waits_for_end:
        duration, found = _GREETING + detection.speech_end_threshold, "machine_end_beep"
    else:
        duration, found = detection.speech_threshold, "machine_start"
    return (duration, found) if duration <= detection.timeout else (detection.timeout, "unknown")
