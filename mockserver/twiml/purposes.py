"""What a document may do that is played to a callee or to a waiting caller."""

from enum import Enum

from mockserver.twiml.acts import Act, Dial, Enqueue, Gather, Hangup, Leave, Pause, Play, Redirect, Say
from mockserver.twiml.problems import build_problem
from mockserver.twiml.script import Script


class DocumentPurpose(Enum):
    """Where a document is played besides a call's own flow."""

    WHISPER = "url"
    """To the callee of a `<Dial>` before both are connected: it cannot dial."""
    CONFERENCE_WAIT = "waitUrl of a conference"
    """To a participant that waits: it can speak, play and redirect."""
    QUEUE_WAIT = "waitUrl of a queue"
    """To a caller in a queue: it can also gather keys, leave and hang up."""


_CODES = {DocumentPurpose.WHISPER: 13201, DocumentPurpose.CONFERENCE_WAIT: 13238, DocumentPurpose.QUEUE_WAIT: 12200}
_WAITING_ACTS: tuple[type[Act], ...] = (Say, Play, Pause, Redirect)
_QUEUE_ACTS: tuple[type[Act], ...] = (*_WAITING_ACTS, Gather, Hangup, Leave)


def restrict_script(script: Script, purpose: DocumentPurpose) -> Script:
    """Return a script without the acts that its purpose forbids. There is a problem for each of them."""
    allowed = tuple(act for act in script.acts if _is_allowed(act, purpose))
    problems = [
        build_problem(_CODES[purpose], f"<{type(act).__name__}> is not allowed in the {purpose.value} and was skipped")
        for act in script.acts
        if not _is_allowed(act, purpose)
    ]
    return Script(allowed, (*script.problems, *dict.fromkeys(problems)))


def _is_allowed(act: Act, purpose: DocumentPurpose) -> bool:
    if purpose is DocumentPurpose.WHISPER:
        return not isinstance(act, Dial | Enqueue)
    return isinstance(act, _WAITING_ACTS if purpose is DocumentPurpose.CONFERENCE_WAIT else _QUEUE_ACTS)
