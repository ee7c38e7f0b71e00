"""Calls and conferences of recordings with the status that a scenario sets."""

import msgspec

from generators.model import Call, CallStatus, Conference
from mockserver.account.state.scripted_parents import ScriptedParent

_RUNNING = frozenset({CallStatus.QUEUED, CallStatus.RINGING, CallStatus.IN_PROGRESS})


def with_scripted_status(resource: Call | Conference, scripted: ScriptedParent) -> Call | Conference:
    """Return a call or conference with the status that a scenario sets, and with the dates that follow from it."""
    if isinstance(resource, Conference):
        is_over = scripted.status == CallStatus.COMPLETED
        reason = "last-participant-left" if is_over else None
        changed = {"status": scripted.status, "date_updated": scripted.since, "reason_ended": reason}
        return msgspec.structs.replace(resource, **changed)
    return _with_call_status(resource, CallStatus(scripted.status), scripted)


def _with_call_status(call: Call, status: CallStatus, scripted: ScriptedParent) -> Call:
    start = call.start_time if scripted.answered is None else scripted.answered
    is_over, is_completed = status not in _RUNNING, status is CallStatus.COMPLETED
    seconds = 0 if start is None or not is_completed else max(0, scripted.since - start)
    return msgspec.structs.replace(
        call,
        status=status,
        date_updated=scripted.since,
        start_time=None if status is CallStatus.QUEUED else start,
        end_time=scripted.since if is_over else None,
        duration=seconds if is_over else None,
        is_priced=is_completed,
    )
