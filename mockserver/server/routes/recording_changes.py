"""Recordings are started, paused, resumed, stopped and deleted."""

from generators.model import InFlight, Recording
from generators.sids import Kind
from mockserver.account.commands.recordings import CreateCallRecording, DeleteRecording, UpdateRecording
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.subscription import Subscription
from mockserver.rest.errors import TwilioError
from mockserver.rest.forms import CallbackForm, CallRecordingForm, parse_call_recording_form
from mockserver.rest.representations.recording_types import CALL_RECORDING
from mockserver.server.exchange import Exchange
from mockserver.server.results import NoContent, ResourceValue
from mockserver.server.routes.recording_parents import get_resource_type, parse_parent
from mockserver.server.routes.resource_route import PathParams
from mockserver.server.signing_token import find_signing_token


def delete_recording(exchange: Exchange, path: PathParams) -> NoContent:
    exchange.account.apply(DeleteRecording(sid=path["sid"]))
    return NoContent()


def create_call_recording(exchange: Exchange, path: PathParams) -> ResourceValue:
    call = parse_parent(path)
    wanted = parse_call_recording_form(exchange.form)
    callback = wanted.callback
    if callback is not None and exchange.refuses_urls("RecordingStatusCallback"):
        callback = None
    subscription = None if callback is None else _build_subscription(exchange, callback)
    recording, is_new = exchange.account.apply(
        CreateCallRecording(
            call_sid=call.sid,
            channels=wanted.channels,
            track=wanted.track,
            trim=wanted.trim,
            subscription=subscription,
        )
    )
    if not is_new:
        exchange.form.warnings += _describe_differences(exchange, wanted, recording)
    return ResourceValue(
        resource_type=CALL_RECORDING,
        value=recording,
        status=201 if is_new else 200,
    )


def update_nested_recording(exchange: Exchange, path: PathParams) -> ResourceValue:
    parent, form = parse_parent(path), exchange.form
    wanted = form.get_choice("Status", InFlight)
    behavior = form.get_choice("PauseBehavior", PauseBehavior) or PauseBehavior.SILENCE
    if wanted is None:
        raise TwilioError(20001, "Status: expected paused, in-progress or stopped, found none.")
    recording, is_changed = exchange.account.apply(
        UpdateRecording(sid=path["sid"], parent=parent, status=wanted, behavior=behavior)
    )
    if form.get_text("PauseBehavior") is not None and not (is_changed and wanted is InFlight.PAUSED):
        form.warnings.append("PauseBehavior was ignored: it counts only when Status=paused pauses a recording.")
    if wanted is InFlight.STOPPED and parent.kind is Kind.CONFERENCE:
        # Shipped programs stop them, and Twilio's specification has the operation (WIRE §17).
        form.warnings.append("Status=stopped: Twilio documents that a conference recording cannot be stopped.")
    return ResourceValue(resource_type=get_resource_type(parent), value=recording)


def delete_nested_recording(exchange: Exchange, path: PathParams) -> NoContent:
    exchange.account.apply(DeleteRecording(sid=path["sid"], parent=parse_parent(path)))
    return NoContent()


def _describe_differences(exchange: Exchange, wanted: CallRecordingForm, active: Recording) -> list[str]:
    """Describe what a create asked for and the active recording does not have."""
    form, callback = exchange.form, wanted.callback
    differs = {
        "RecordingChannels": wanted.channels != active.channels,
        "RecordingTrack": wanted.track != active.track,
    }
    if callback is not None:
        account = exchange.account
        subscription = account.state.subscriptions.get(account.recordings.find(active.sid))
        differs |= {
            "RecordingStatusCallback": subscription is None or callback.url != subscription.url,
            "RecordingStatusCallbackMethod": subscription is None or callback.method != subscription.method,
            "RecordingStatusCallbackEvent": subscription is None or {*callback.events} != {*subscription.events},
        }
    return [
        f"{name} was ignored: {active.sid} is active already, with another value."
        for name, is_other in differs.items()
        if is_other and form.get_text(name) is not None
    ]


def _build_subscription(exchange: Exchange, callback: CallbackForm) -> Subscription:
    """Bind the token that signs now."""
    token, signer = find_signing_token(exchange)
    return Subscription(callback.url, callback.method, callback.events, token, signer, exchange.base_url)
