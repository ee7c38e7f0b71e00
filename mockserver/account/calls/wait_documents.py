"""The documents that a call hears while it waits: how many, and what their requests say of the queue."""

from generators.instants import SECOND
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.talk import cut_off
from mockserver.account.state.activities import Queued, Requesting
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.waiting import WaitKind
from mockserver.callbacks.action_parameters import build_queue_extra
from mockserver.callbacks.voice_parameters import NO_EXTRA, Extra

_MAX_DOCUMENTS = 100
"""The most documents that a call hears while it waits once: music may repeat itself for hours."""


def count_wait_document(context: CallContext, call: LiveCall) -> bool:
    """Count a document that a call hears while it waits. Return False if there were too many: silence follows."""
    waiting = call.waiting
    assert waiting is not None, "the call waits"
    waiting.documents += 1
    if waiting.documents <= _MAX_DOCUMENTS:
        return True
    context.note(call, f"heard {_MAX_DOCUMENTS} documents while it waits: silence follows")
    stop_hearing(call)
    return False


def stop_hearing(call: LiveCall) -> None:
    """Let a call wait in silence from now on."""
    assert call.waiting is not None, "the call waits"
    call.waiting.has_failed = True
    call.document = call.doing = None


def build_wait_extra(context: CallContext, call: LiveCall) -> Extra:
    """Return what a request has while the call waits in a queue: its place, and how long the calls have waited."""
    own = None if call.waiting is None else call.waiting.queued
    if own is None:
        return NO_EXTRA
    now = context.clock.now()
    places = [(own.since, call.number)]
    for other in context.live.calls.values():
        if other is not call and isinstance(other.doing, Queued) and other.doing.sid == own.sid:
            places.append((other.doing.since, other.number))
    return build_queue_extra(
        sid=own.sid,
        position=sorted(places).index((own.since, call.number)) + 1,
        size=len(places),
        seconds=(now - own.since) // SECOND,
        average_seconds=sum(now - since for since, _ in places) // len(places) // SECOND,
    )


def stop_waiting_for_start(context: CallContext, call: LiveCall) -> None:
    """Let a call whose conference starts hear no more of its `waitUrl`."""
    waiting = call.waiting
    if waiting is None or waiting.kind is WaitKind.CONFERENCE:
        stop_waiting(context, call)
    elif waiting.resumes is not None and waiting.resumes.kind is WaitKind.CONFERENCE:
        waiting.resumes = None


def end_hold(context: CallContext, call: LiveCall) -> None:
    """Let a call that is no longer on hold hear no more of its `HoldUrl`."""
    waiting = call.waiting
    if waiting is not None and waiting.kind is WaitKind.HOLD:
        stop_waiting(context, call)
    elif waiting is not None and waiting.resumes is not None and waiting.resumes.kind is WaitKind.HOLD:
        waiting.resumes = None


def stop_waiting(context: CallContext, call: LiveCall) -> None:
    """Let a call hear no more of what is for those who wait."""
    waiting, call.waiting = call.waiting, None
    if waiting is None:
        return
    if isinstance(waiting.doing, Requesting):
        context.give_up(waiting.doing.number)
    elif waiting.doing is not None:
        cut_off(call.talk, context.clock.now())
