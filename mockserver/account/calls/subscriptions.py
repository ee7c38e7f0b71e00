"""The receivers of the recording callbacks that documents name."""

from mockserver.account.calls.context import CallContext
from mockserver.account.calls.debugger import Debugger
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.subscription import StatusSubscription, Subscription
from mockserver.twiml.acts import CallTarget, ConferenceTarget, RecordingCallback
from mockserver.twiml.urls import explain_unresolved, resolve_url
from scenarios.statuses import CallbackEvent

_KNOWN_EVENTS = frozenset(event.value for event in CallbackEvent)


class Subscriptions:
    """Resolves the URLs of callbacks against the documents that name them."""

    def __init__(self, context: CallContext, debugger: Debugger) -> None:
        self._context = context
        self._debugger = debugger

    def resolve_url(self, call: LiveCall, reference: str, verb: str) -> str | None:
        """Return the absolute URL of a callback, or None if there is none; the debugger then says why."""
        base = None if call.document is None else call.document.url
        url = resolve_url(reference, base)
        if url is None:
            self._debugger.report(call, (explain_unresolved(verb, reference, base),))
        return url

    def resolve_status(self, call: LiveCall, target: CallTarget | ConferenceTarget) -> StatusSubscription | None:
        """Return the receiver of the status callbacks that a noun of a `<Dial>` names, or None if it has none."""
        if target.status_callback is None:
            return None
        url = self.resolve_url(call, target.status_callback, "statusCallback")
        events = target.status_callback_events
        return None if url is None else StatusSubscription(url, target.status_callback_method, events)

    def resolve(self, call: LiveCall, callback: RecordingCallback | None) -> Subscription | None:
        """Return the subscription of a recording that a document starts, or None if it has none."""
        if callback is None:
            return None
        url = self.resolve_url(call, callback.url, "recordingStatusCallback")
        if url is None:
            return None
        events = tuple(CallbackEvent(event) for event in callback.events if event in _KNOWN_EVENTS)
        signer = call.signer
        return Subscription(url, callback.method, events, signer.token, signer.description, signer.base_url)
