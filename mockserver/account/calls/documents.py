"""The documents that live calls play."""

from functools import lru_cache
from typing import Any

from mockserver.account.state.app_requests import PlayedDocument
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.waiting import WaitKind
from mockserver.twiml.purposes import DocumentPurpose as DocumentUse
from mockserver.twiml.purposes import restrict_script
from mockserver.twiml.script import Script, read_script, without_final_hangup

TWIML_TYPE = "text/xml; charset=utf-8"


class Documents:
    """Reads each document once for each call. The scripts are no state: they are read again after a restart."""

    def __init__(self) -> None:
        self._scripts: dict[int, tuple[PlayedDocument, DocumentUse | None, Script]] = {}
        """By number of the call, with what it was read from."""

    def start(self, call: LiveCall, document: PlayedDocument) -> Script:
        """Let a call play a document from its start, and return its script.

        Raises:
            TwimlError: if nothing of it can be played. The call then keeps its document.
        """
        script = self._read(call, document)
        call.document, call.doing = document, None
        return script

    def get_script(self, call: LiveCall) -> Script:
        """Return the script of the document that a call plays."""
        assert call.document is not None, "the call has a document"
        return self._read(call, call.document)

    def get_act(self, call: LiveCall) -> Any:
        """Return the act that a call began last."""
        assert call.document is not None, "an act belongs to a document"
        return self.get_script(call).acts[call.document.position - 1]

    def forget(self, call: LiveCall) -> None:
        """Forget the script of a call that is over."""
        self._scripts.pop(call.number, None)

    def _read(self, call: LiveCall, document: PlayedDocument) -> Script:
        """Return the script of a document. One that is heard beside the call's own flow may do less."""
        known = self._scripts.get(call.number)
        use = _find_use(call)
        if known is not None and known[0] is document and known[1] is use:
            return known[2]
        script = _read_script(document.body, document.content_type)
        if use is not None and use is not DocumentUse.WHISPER:
            script = without_final_hangup(script, document.content_type)
        if use is not None:
            script = restrict_script(script, use)
        self._scripts[call.number] = document, use, script
        return script


def _find_use(call: LiveCall) -> DocumentUse | None:
    """Return where a call plays a document beside its own flow, or None if it does not."""
    if call.is_whispering:
        return DocumentUse.WHISPER
    if call.waiting is None or not call.waiting.is_playing:
        return None
    return DocumentUse.QUEUE_WAIT if call.waiting.kind is WaitKind.QUEUE else DocumentUse.CONFERENCE_WAIT


_read_script = lru_cache(maxsize=64)(read_script)
"""Cached: an app mostly gives all calls the same documents."""
