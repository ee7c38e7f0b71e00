"""Recordings of an account, a call or a conference."""

from generators.model import InFlight, Recording
from generators.sids import Kind
from mockserver.account.commands.recordings import CreateCallRecording, DeleteRecording, UpdateRecording
from mockserver.account.resources.filter import RecordingFilter
from mockserver.account.resources.parent import Parent
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.subscription import Subscription
from mockserver.rest.date_filters import parse_created_range
from mockserver.rest.errors import TwilioError
from mockserver.rest.forms import CallbackForm, CallRecordingForm, parse_call_recording_form
from mockserver.rest.paging import parse_page_request
from mockserver.rest.parameters import Parameters
from mockserver.rest.representations.recording import CALL_RECORDING, CONFERENCE_RECORDING, RECORDING
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.server.exchange import Exchange
from mockserver.server.results import NoContent, Resource, ResourcePage, ResourceValue
from mockserver.server.routes.future_filters import warn_of_future_filters
from mockserver.server.routes.resource_route import PathParams
from mockserver.server.signing_token import find_signing_token
from scenarios.timeline import RequestKind


def list_recordings(exchange: Exchange, _: PathParams) -> ResourcePage:
    query = exchange.parameters
    return _list(
        exchange,
        RECORDING,
        call_sid=query.get_sid("CallSid", Kind.CALL),
        conference_sid=query.get_sid("ConferenceSid", Kind.CONFERENCE),
        include_deleted=query.get_boolean("IncludeSoftDeleted"),
    )


def fetch_recording(exchange: Exchange, path: PathParams) -> Resource:
    recordings = exchange.account.recordings
    include_deleted = exchange.parameters.get_boolean("IncludeSoftDeleted")
    index = recordings.find(path["sid"], include_deleted=include_deleted)
    return Resource(
        RECORDING, recordings.recording_index, index, recordings.get_next_expiry(include_deleted), RequestKind.FETCH
    )


def delete_recording(exchange: Exchange, path: PathParams) -> NoContent:
    exchange.account.apply(DeleteRecording(sid=path["sid"]))
    return NoContent()


def create_call_recording(exchange: Exchange, path: PathParams) -> ResourceValue:
    call = _parse_parent(path)
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
        index = exchange.account.recordings.find(recording.sid)
        active = exchange.account.state.subscriptions.get(index)
        exchange.form.warnings += _describe_differences(exchange.form, wanted, recording, active)
    return ResourceValue(
        resource_type=CALL_RECORDING,
        value=recording,
        status=201 if is_new else 200,
    )


def list_call_recordings(exchange: Exchange, path: PathParams) -> ResourcePage:
    return _list(exchange, CALL_RECORDING, call_sid=_parse_parent(path).sid)


def list_conference_recordings(exchange: Exchange, path: PathParams) -> ResourcePage:
    return _list(exchange, CONFERENCE_RECORDING, conference_sid=_parse_parent(path).sid)


def fetch_nested_recording(exchange: Exchange, path: PathParams) -> Resource:
    recordings, parent = exchange.account.recordings, _parse_parent(path)
    index = recordings.find(path["sid"], parent=parent)
    return Resource(_get_resource_type(parent), recordings.recording_index, index, request_kind=RequestKind.FETCH)


def update_nested_recording(exchange: Exchange, path: PathParams) -> ResourceValue:
    parent, form = _parse_parent(path), exchange.form
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
    return ResourceValue(resource_type=_get_resource_type(parent), value=recording)


def delete_nested_recording(exchange: Exchange, path: PathParams) -> NoContent:
    exchange.account.apply(DeleteRecording(sid=path["sid"], parent=_parse_parent(path)))
    return NoContent()


def _describe_differences(
    form: Parameters, wanted: CallRecordingForm, active: Recording, subscription: Subscription | None
) -> list[str]:
    """Describe what a create asked for and the active recording does not have."""
    callback = wanted.callback
    differs = {
        "RecordingChannels": wanted.channels != active.channels,
        "RecordingTrack": wanted.track != active.track,
    }
    if callback is not None:
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


def _parse_parent(path: PathParams) -> Parent:
    parent = Parent.from_path(path)
    assert parent is not None, "these paths name one"
    return parent


def _get_resource_type(parent: Parent) -> ResourceType:
    return CALL_RECORDING if parent.kind is Kind.CALL else CONFERENCE_RECORDING


def _list(
    exchange: Exchange,
    resource_type: ResourceType,
    *,
    call_sid: str | None = None,
    conference_sid: str | None = None,
    include_deleted: bool = False,
) -> ResourcePage:
    query, recordings = exchange.parameters, exchange.account.recordings
    page_request = parse_page_request(query)
    since, below = parse_created_range(query)
    selection = RecordingFilter(
        created_since=since,
        created_before=below,
        call_sid=call_sid,
        conference_sid=conference_sid,
        include_deleted=include_deleted,
    )
    return ResourcePage(
        resource_type,
        recordings.recording_index,
        warn_of_future_filters(exchange, recordings.list(selection, page_request), "DateCreated"),
        page_request,
        query,
        RequestKind.LIST,
    )
