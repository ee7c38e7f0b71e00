"""Calls that begin here: they are created, updated and deleted."""

from generators.model import CallStatus
from generators.sids import Kind
from mockserver.account.commands.calls import AdoptCall, DeleteCall, DeleteRecordedCall, PlaceCall, UpdateCall
from mockserver.account.commands.new_call import NewCall
from mockserver.account.resources.live_resources import build_created_call
from mockserver.account.resources.parent import Parent
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.account.state.machine_detection import MachineDetection
from mockserver.account.state.subscription import Signer, StatusSubscription, Subscription
from mockserver.rest.call_fields import DetectionForm, RecordForm, StatusForm
from mockserver.rest.call_forms import (
    URL_FIELDS,
    CallForm,
    UpdateStatus,
    VoiceForm,
    parse_call_form,
    parse_call_update_form,
)
from mockserver.rest.errors import make_not_over_error
from mockserver.rest.representations.calls_and_conferences import CALL
from mockserver.server.exchange import Exchange
from mockserver.server.results import NoContent, ResourceValue
from mockserver.server.routes.resource_route import PathParams
from mockserver.server.routes.unknown_calls import get_unknown_call
from mockserver.server.signing_token import find_signing_token


def create_call(exchange: Exchange, _: PathParams) -> ResourceValue:
    exchange.require_trusted_origin(URL_FIELDS)
    account, signer = exchange.account, build_signer(exchange)
    call = account.apply(PlaceCall(call=_build_new_call(parse_call_form(exchange.form), signer)))
    return ResourceValue(resource_type=CALL, value=build_created_call(call, account.sid), status=201)


def update_call(exchange: Exchange, path: PathParams) -> ResourceValue:
    sid = Parent.from_sid(Kind.CALL, path["sid"]).sid
    exchange.require_trusted_origin(URL_FIELDS)
    form, account = parse_call_update_form(exchange.form), exchange.account
    call = account.live_calls.find(sid) if account.has_live_calls else None
    if call is None:
        if account.calls.find_or_none(sid) is None:
            get_unknown_call(exchange, sid)  # a deleted one is a 404
        call = account.apply(AdoptCall(sid=sid, signer=build_signer(exchange)))
    if form.status is UpdateStatus.CANCELED and call.status is CallStatus.IN_PROGRESS:
        exchange.form.warnings.append("Status=canceled counted as completed: the call is in progress.")
    account.apply(
        UpdateCall(
            number=call.number,
            status=None if form.status is None else form.status.value,
            voice=None if form.voice is None else _build_document(form.voice),
            subscription=build_status_subscription(form.callback),
            time_limit=form.time_limit,
        )
    )
    return ResourceValue(resource_type=CALL, value=account.calls.get(account.calls.find(sid)))


def delete_call(exchange: Exchange, path: PathParams) -> NoContent:
    sid, account = Parent.from_sid(Kind.CALL, path["sid"]).sid, exchange.account
    call = account.live_calls.find(sid) if account.has_live_calls else None
    if call is not None:
        account.apply(DeleteCall(number=call.number))
    elif account.calls.find_or_none(sid) is not None:
        account.apply(DeleteRecordedCall(sid=sid))
    else:
        raise make_not_over_error(sid, get_unknown_call(exchange, sid).status)
    return NoContent()


def build_signer(exchange: Exchange) -> Signer:
    """Return what signs the requests of a call, bound now."""
    token, description = find_signing_token(exchange)
    return Signer(token, description, exchange.base_url)


def build_record_options(form: RecordForm | None, signer: Signer) -> RecordOptions | None:
    """Return how a call or conference is recorded, or None if it is not."""
    if form is None:
        return None
    subscription = None
    if form.callback is not None:
        url, method, events = form.callback.url, form.callback.method, form.callback.events
        subscription = Subscription(url, method, events, signer.token, signer.description, signer.base_url)
    return RecordOptions(form.channels, form.track, form.trim, subscription)


def build_detection(form: DetectionForm | None) -> MachineDetection | None:
    """Return how machines are detected, or None if they are not."""
    if form is None:
        return None
    return MachineDetection(
        waits_for_end=form.waits_for_end,
        is_async=form.is_async,
        timeout=form.timeout,
        speech_threshold=form.speech_threshold,
        speech_end_threshold=form.speech_end_threshold,
        callback=build_status_subscription(form.callback),
    )


def build_status_subscription(form: StatusForm | None) -> StatusSubscription | None:
    """Return the receiver of status callbacks, or None if there is none."""
    return None if form is None else StatusSubscription(form.url, form.method, form.events)


def _build_new_call(form: CallForm, signer: Signer) -> NewCall:
    return NewCall(
        to=form.to,
        from_=form.from_,
        signer=signer,
        voice=_build_document(form.voice),
        subscription=build_status_subscription(form.status),
        timeout=form.timeout,
        time_limit=form.time_limit,
        record=build_record_options(form.record, signer),
        detection=build_detection(form.detection),
        send_digits=form.send_digits,
        problems=form.problems,
    )


def _build_document(form: VoiceForm) -> VoiceDocument:
    return VoiceDocument(form.url, form.method, form.twiml, form.fallback_url, form.fallback_method)
