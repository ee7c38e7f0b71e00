"""`<Gather>`: prompts, and what the party presses or says."""

from generators.instants import SECOND
from mockserver.account.calls import person
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.documents import Documents
from mockserver.account.calls.speaking import hear, speak
from mockserver.account.state.activities import Gathering
from mockserver.account.state.live_calls import LiveCall
from mockserver.callbacks.action_parameters import build_digits_extra, build_speech_extra
from mockserver.callbacks.voice_parameters import Extra
from mockserver.twiml import acts

_SPEECH_END = SECOND
"""The silence by which speech recognition knows that a person has finished, in microseconds."""


class Gatherings:
    """The `<Gather>`s of an account's live calls."""

    def __init__(self, context: CallContext, requests: AppRequests, documents: Documents) -> None:
        self._context = context
        self._requests = requests
        self._documents = documents

    def gather(self, call: LiveCall, act: acts.Gather) -> None:
        """Perform a `<Gather>`: its result is known at its start."""
        at = self._context.clock.now()
        for prompt in act.prompts:
            at = at + prompt.seconds * SECOND if isinstance(prompt, acts.Pause) else speak(call, prompt, at)
        if act.takes_digits and person.has_keys(call):
            call.doing = _take_keys(call, act, at)
        else:
            call.doing = _take_speech(call, act, at)

    def finish(self, call: LiveCall, doing: Gathering) -> None:
        """End a `<Gather>`, and ask its action if there is a result."""
        act = self._documents.get_act(call)
        extra = _build_extra(act, doing)
        if extra is not None:
            self._requests.ask_action(call, act, extra)


def _take_keys(call: LiveCall, act: acts.Gather, at: int) -> Gathering:
    before = call.digits_used
    keys = person.take_keys(call, act)
    used = call.caller.digits[before : call.digits_used].rstrip(person.WAITS)
    if not used:
        return Gathering(at + act.timeout * SECOND)
    stop = hear(call, at + person.REACTION, digits=used)
    is_complete = bool(keys.finish_key) or (act.num_digits is not None and len(keys.digits) >= act.num_digits)
    done_at = stop if is_complete else stop + act.timeout * SECOND
    return Gathering(done_at, digits=keys.digits, finish_key=keys.finish_key)


def _take_speech(call: LiveCall, act: acts.Gather, at: int) -> Gathering:
    text = person.take_speech(call) if act.takes_speech else None
    if text is None:
        return Gathering(at + act.timeout * SECOND)
    stop = hear(call, at + person.REACTION, text=text)
    wait = _SPEECH_END if act.speech_timeout is None else act.speech_timeout * SECOND
    return Gathering(stop + wait, speech=text)


def _build_extra(act: acts.Gather, doing: Gathering) -> Extra | None:
    """Return what the action gets, or None if the next verb follows."""
    if doing.speech is not None:
        return build_speech_extra(doing.speech, person.CONFIDENCE)
    if doing.digits or act.action_on_empty_result:
        is_speech = doing.digits is None and not act.takes_digits
        return build_speech_extra("", 0.0) if is_speech else build_digits_extra(doing.digits or "", doing.finish_key)
    return None
