"""`<Dial>`: calls to its targets, the connection with the one that answers, and what both say."""

from collections.abc import Callable

import msgspec

from generators.instants import SECOND
from generators.model import CallStatus, Source, Track
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.conferences import LiveConferences
from mockserver.account.calls.connection import press_star, talk
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.documents import Documents
from mockserver.account.calls.leg_recordings import LegRecordings, to_seconds
from mockserver.account.calls.new_calls import NewCalls
from mockserver.account.calls.progress import CallProgress, compute_seconds
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.state import activities
from mockserver.account.state.activities import Bridged, Connecting
from mockserver.account.state.app_requests import RequestPurpose
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.callbacks.action_parameters import build_dial_extra, build_recording_extra
from mockserver.callbacks.voice_parameters import NO_EXTRA, Extra
from mockserver.twiml import acts

_FINAL_SILENCE = SECOND
"""The silence after which the callee hangs up, in microseconds."""


class Dialer:
    """The `<Dial>`s of an account's live calls.

    Args:
        end: ends a call with a status.
    """

    def __init__(
        self,
        context: CallContext,
        requests: AppRequests,
        documents: Documents,
        progress: CallProgress,
        recordings: LegRecordings,
        conferences: LiveConferences,
        subscriptions: Subscriptions,
        new_calls: NewCalls,
        end: Callable[[LiveCall, CallStatus], None],
    ) -> None:
        self._context = context
        self._calls = context.live.calls
        self._requests = requests
        self._documents = documents
        self._progress = progress
        self._recordings = recordings
        self._conferences = conferences
        self._subscriptions = subscriptions
        self._new_calls = new_calls
        self._end = end

    def dial(self, call: LiveCall, act: acts.Dial) -> None:
        """Perform a `<Dial>`."""
        conference = next((target for target in act.targets if isinstance(target, acts.ConferenceTarget)), None)
        if conference is not None:
            self._join(call, act, conference)
            return
        now = self._context.clock.now()
        doing = activities.Dialing(now + act.timeout * SECOND, (), 0)
        if act.record.is_from_ringing:
            doing = self._start_recording(call, doing, act)
        self._call_targets(call, doing, act)

    def _join(self, call: LiveCall, act: acts.Dial, target: acts.ConferenceTarget) -> None:
        if self._conferences.report_if_full(call, target.name):
            self._finish(call, None, build_dial_extra(status="failed"))
            return
        self._progress.answer(call)
        recording = None if act.record is acts.DialRecord.NONE else self._start_leg_recording(call, act)
        self._conferences.join_by_document(call, target, recording)

    def _call_targets(self, call: LiveCall, doing: activities.Dialing, act: acts.Dial) -> None:
        """Call all targets, or the next one if they are called in order."""
        last = doing.next_target + 1 if act.sequential else len(act.targets)
        targets = act.targets[doing.next_target : last]
        children = tuple(self._new_calls.dial_target(call, act, target).number for target in targets)
        until = self._context.clock.now() + act.timeout * SECOND
        call.doing = activities.Dialing(until, (*doing.children, *children), last, recording=doing.recording)
        if not children:
            self._context.wake(call, self._context.clock.now())

    def take_answer(self, child: LiveCall) -> None:
        """End the calls to the other targets when a callee has answered. The timeout was that of the ringing."""
        parent = self._get_parent(child)
        doing = parent.doing
        assert isinstance(doing, activities.Dialing), "a Dial that ends ends its calls"
        for other in self._list_open(doing):  # the child is none of them at this moment
            self._end(other, CallStatus.CANCELED)
        parent.doing = msgspec.structs.replace(doing, done_at=None)
        self._context.schedule(parent)

    def answer(self, child: LiveCall, target_url: str | None, method: str) -> None:
        """Continue after the answer of the callee: with the target's document, or with the connection."""
        if target_url is None:
            self.connect(child)
            return
        child.is_whispering = True
        child.document = self._get_parent(child).document  # its URL is the base of relative URLs
        self._requests.ask(child, RequestPurpose.SCREEN, target_url, method, verb="Number")

    def connect(self, child: LiveCall) -> None:
        """Connect the callee with the caller, and let both talk."""
        parent = self._get_parent(child)
        child.is_whispering = False
        child.document = None
        self._progress.answer(parent)
        act = self._documents.get_act(parent)
        now, doing = self._context.clock.now(), parent.doing
        assert isinstance(doing, activities.Dialing), "a Dial that ends ends its calls"
        if doing.recording is None and act.record is not acts.DialRecord.NONE:
            doing = self._start_recording(parent, doing, act)
        silent_at = talk(parent, child, now)
        over_at = press_star(parent, act, silent_at)
        if over_at is None:
            over_at = silent_at + _FINAL_SILENCE
        until = min(over_at, now + act.time_limit * SECOND)
        child.doing = Bridged(until)
        parent.doing = msgspec.structs.replace(doing, done_at=None, bridged=child.number, bridged_at=now)
        self._context.touch(parent)
        self._context.schedule(parent)

    def resume(self, call: LiveCall) -> None:
        """Continue a `<Dial>` after one of its calls changed, or after its time."""
        doing = call.doing
        assert isinstance(doing, activities.Dialing)
        act = self._documents.get_act(call)
        now = self._context.clock.now()
        has_open = bool(self._list_open(doing))
        if has_open and doing.done_at is not None and now >= doing.done_at:
            self.end_children(call, CallStatus.NO_ANSWER)
            has_open = False
        if has_open:
            return
        if doing.bridged is None and act.sequential and doing.next_target < len(act.targets):
            self._call_targets(call, doing, act)
        else:
            self.finish(call)

    def finish(self, call: LiveCall) -> None:
        """End a `<Dial>`: its recording, and its action if it has one. Otherwise the next verb follows."""
        doing = call.doing
        assert isinstance(doing, activities.Dialing)
        extra = self._build_extra(call, doing)
        self._finish(call, doing.recording, extra)

    def go_on_in_conference(self, call: LiveCall, doing: activities.InConference) -> None:
        """Stay in a conference in which all is said, or leave the one of a `<Dial>` by a `*`."""
        call.doing = msgspec.structs.replace(doing, done_at=None)
        if doing.is_dialed and press_star(call, self._documents.get_act(call), self._context.clock.now()) is not None:
            self._conferences.kick(call, "last-participant-left")

    def finish_conference(self, call: LiveCall, doing: activities.InConference) -> None:
        """End a `<Dial>` that joined a conference."""
        self._finish(call, doing.recording, build_dial_extra(status="answered"))

    def _finish(self, call: LiveCall, index: int | None, extra: Extra) -> None:
        call.doing = None
        recording = self._end_recording(call, index)
        act = self._documents.get_act(call)
        if act.action is not None:
            self._requests.ask_action(call, act, {**extra, **recording})

    def _end_recording(self, call: LiveCall, index: int | None) -> Extra:
        """End the recording of a `<Dial>`, and return what it adds to the action: nothing if nothing was heard."""
        recording = next((known for known in call.recordings if known.index == index), None)
        if recording is None:
            return NO_EXTRA
        call.recordings.remove(recording)
        length = self._recordings.end(recording, call.talk)
        if not length:
            return NO_EXTRA
        sid = self._recordings.get_sid(recording)
        return build_recording_extra(sid=sid, url=self._progress.build_url(call, sid), duration=to_seconds(length))

    def _build_extra(self, call: LiveCall, doing: activities.Dialing) -> Extra:
        if doing.bridged is not None:
            child = self._context.get_call(doing.bridged)
            seconds = compute_seconds(child, self._context.clock.now())
            return build_dial_extra(status="completed", call_sid=child.sid, duration=seconds, is_bridged=True)
        if not doing.children:
            return build_dial_extra(status="failed", is_bridged=False)
        child = self._context.get_call(doing.children[-1])
        return build_dial_extra(
            status=child.status.value if child.is_over else "completed",
            call_sid=child.sid,
            duration=compute_seconds(child),
            is_bridged=False,
        )

    def end_children(self, call: LiveCall, status: CallStatus) -> None:
        """End the open calls of a `<Dial>`; a connected one is completed."""
        doing = call.doing
        for child in self._list_open(doing) if isinstance(doing, activities.Dialing) else ():
            is_answered = child.status is CallStatus.IN_PROGRESS
            self._end(child, CallStatus.COMPLETED if is_answered else status)

    def _list_open(self, doing: activities.Dialing) -> list[LiveCall]:
        """Return the calls to the targets that are not over, and that the API has not led elsewhere."""
        children = [self._calls[number] for number in doing.children if number in self._calls]
        return [child for child in children if not child.is_over and _is_of_dial(child)]

    def release(self, child: LiveCall) -> None:
        """Let the caller go on without a callee that the API leads elsewhere."""
        self._context.wake(self._get_parent(child), self._context.clock.now())

    def _start_recording(self, call: LiveCall, doing: activities.Dialing, act: acts.Dial) -> activities.Dialing:
        """Record a `<Dial>`, and return what it is doing then."""
        call.doing = doing = msgspec.structs.replace(doing, recording=self._start_leg_recording(call, act))
        return doing

    def _start_leg_recording(self, call: LiveCall, act: acts.Dial) -> int:
        channels = 2 if act.record.is_dual and act.track is Track.BOTH else 1  # one track has one (WIRE-CALLS §3.4)
        options = RecordOptions(channels, act.track, act.trim, self._subscriptions.resolve(call, act.callback))
        recording = self._recordings.start(call.sid, options, Source.DIAL_VERB)
        call.recordings.append(recording)
        return recording.index

    def _get_parent(self, child: LiveCall) -> LiveCall:
        assert child.parent is not None, "a Dial has placed it"
        return self._calls[child.parent]


def _is_of_dial(child: LiveCall) -> bool:
    """Return True if an open call is still part of its `<Dial>`: the API may lead one elsewhere that was answered."""
    return (
        child.status is not CallStatus.IN_PROGRESS
        or child.is_whispering
        or isinstance(child.doing, Bridged | Connecting)
    )
