"""Participants of live conferences, and the end of a conference."""

from collections.abc import Iterator, Sequence

from generators.instants import SECOND
from generators.model import CallStatus
from generators.sids import Kind, fold_sid
from mockserver.account.commands.conferences import (
    AnnounceToConference,
    CreateParticipant,
    EndConference,
    KickParticipant,
    ParticipantChanges,
    UpdateParticipant,
)
from mockserver.account.commands.new_call import NewCall
from mockserver.account.resources.listing import BEFORE_OLDEST, Listing, Page, get_page
from mockserver.account.resources.parent import Parent
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_conferences import JoinOptions, LiveConference, Participant
from mockserver.rest.errors import TwilioError
from mockserver.rest.paging import PageRequest, parse_page_request
from mockserver.rest.participant_forms import (
    UPDATE_URL_FIELDS,
    URL_FIELDS,
    ParticipantForm,
    parse_boolean,
    parse_conference_form,
    parse_participant_form,
    parse_participant_update_form,
)
from mockserver.rest.representations.calls_and_conferences import CONFERENCE, PARTICIPANT, ParticipantFields
from mockserver.server.exchange import Exchange
from mockserver.server.results import NoContent, ResourcePage, ResourceValue
from mockserver.server.routes.calls import (
    build_detection,
    build_record_options,
    build_signer,
    build_status_subscription,
)
from mockserver.server.routes.resource_route import PathParams

_NOT_CACHED = 0
_SID_BEFORE_OLDEST = f"{Kind.CALL}{'0' * 32}"
_SID_AFTER_NEWEST = f"{Kind.CALL}{'f' * 32}"
"""The SIDs of the positions beside the list, for the page tokens beside an empty page."""
_STATUSES = {CallStatus.QUEUED: "queued", CallStatus.RINGING: "ringing"}
"""The statuses of participants that have not joined yet."""


class _Participants:
    """The participants of one response, oldest first."""

    def __init__(self, participants: Sequence[ParticipantFields]) -> None:
        self._participants = participants

    def get(self, index: int) -> ParticipantFields:
        """Return a participant."""
        return self._participants[index]

    def get_revision(self, index: int) -> ParticipantFields:
        """Return the participant itself."""
        return self.get(index)

    def list(self, page_request: PageRequest) -> Page:
        """Return a page.

        Raises:
            TwilioError: 20001 if the page token names no participant of this list.
        """
        sids = [participant.call_sid for participant in self._participants]
        positions = {_SID_BEFORE_OLDEST: -1, _SID_AFTER_NEWEST: len(sids)} | {sid: at for at, sid in enumerate(sids)}
        listing = Listing(
            window=range(len(sids)),
            walk=_walk,
            position=lambda sid: positions.get(fold_sid(sid)),
            index=lambda position: position,
            sid=lambda index: (*sids, _SID_AFTER_NEWEST)[index] if index != BEFORE_OLDEST else _SID_BEFORE_OLDEST,
        )
        return get_page(listing, page_request, _NOT_CACHED)


def update_conference(exchange: Exchange, path: PathParams) -> ResourceValue:
    account, sid = exchange.account, Parent.from_sid(Kind.CONFERENCE, path["sid"]).sid
    exchange.require_trusted_origin(("AnnounceUrl",))
    form, index = parse_conference_form(exchange.form), account.conferences.find(sid)
    if account.conferences.get(index).status == CallStatus.COMPLETED or _find_live(exchange, sid) is None:
        raise TwilioError(21220, f"{sid} is over, or no call here has joined it.")
    if form.status is not None:
        account.apply(EndConference(sid=sid))
    else:
        assert form.announce_url is not None, "one of both is asked for"
        account.apply(AnnounceToConference(sid=sid, url=form.announce_url, method=form.announce_method))
    return ResourceValue(resource_type=CONFERENCE, value=account.conferences.get(index))


def list_participants(exchange: Exchange, path: PathParams) -> ResourcePage:
    query = exchange.parameters
    muted, hold, coaching = (parse_boolean(query, name) for name in ("Muted", "Hold", "Coaching"))
    page_request, conference = parse_page_request(query), _find_live(exchange, path["conference"])
    if conference is None:
        exchange.account.conferences.find(path["conference"])  # that of recordings has nobody in it any more
    found = _Participants(
        [
            _build_fields(exchange, conference, one)
            for one in conference.participants
            if muted in (None, one.muted) and hold in (None, one.hold) and coaching in (None, one.coaching)
        ]
        if conference is not None
        else []
    )
    return ResourcePage(PARTICIPANT, found, found.list(page_request), page_request, query)


def create_participant(exchange: Exchange, path: PathParams) -> ResourceValue:
    exchange.require_trusted_origin(URL_FIELDS)
    account, signer, form = exchange.account, build_signer(exchange), parse_participant_form(exchange.form)
    call = account.apply(
        CreateParticipant(
            conference=path["conference"],
            call=NewCall(
                to=form.to,
                from_=form.from_,
                signer=signer,
                subscription=build_status_subscription(form.status),
                timeout=form.timeout,
                time_limit=form.time_limit,
                record=build_record_options(form.record, signer),
                detection=build_detection(form.detection),
                problems=form.problems,
            ),
            options=_build_options(form),
            subscription=build_status_subscription(form.conference_status),
            record=build_record_options(form.conference_record, signer),
            max_participants=form.max_participants,
        )
    )
    assert call.joins is not None, "it joins a conference"
    conference = account.live_calls.conferences.get(call.joins.conference)
    participant = account.live_calls.conferences.get_participant(conference, call)
    assert participant is not None, "it is expected there"
    value = _build_fields(exchange, conference, participant, queue_time="0")
    return ResourceValue(resource_type=PARTICIPANT, value=value, status=201)


def fetch_participant(exchange: Exchange, path: PathParams) -> ResourceValue:
    _require_live(exchange, path)
    found = exchange.account.live_calls.api_conferences.get_participant(path["conference"], path["participant"])
    return ResourceValue(resource_type=PARTICIPANT, value=_build_fields(exchange, *found[:2]))


def update_participant(exchange: Exchange, path: PathParams) -> ResourceValue:
    exchange.require_trusted_origin(UPDATE_URL_FIELDS)
    form = parse_participant_update_form(exchange.form)
    _require_live(exchange, path)
    changes = ParticipantChanges(
        muted=form.muted,
        hold=form.hold,
        coaching=form.coaching,
        coached_call_sid=form.coached_call_sid,
        end_on_exit=form.end_on_exit,
        hold_url=form.hold_url,
        hold_method=form.hold_method,
        announce_url=form.announce_url,
        announce_method=form.announce_method,
    )
    exchange.account.apply(
        UpdateParticipant(conference_sid=path["conference"], participant=path["participant"], changes=changes)
    )
    return fetch_participant(exchange, path)


def delete_participant(exchange: Exchange, path: PathParams) -> NoContent:
    _require_live(exchange, path)
    exchange.account.apply(KickParticipant(conference_sid=path["conference"], participant=path["participant"]))
    return NoContent()


def _build_options(form: ParticipantForm) -> JoinOptions:
    return JoinOptions(
        conference=-1,
        label=form.label,
        muted=form.muted,
        coached_call_sid=form.coached_call_sid,
        start_on_enter=form.start_on_enter,
        end_on_exit=form.end_on_exit,
        wait_url=form.wait_url,
        wait_method=form.wait_method,
    )


def _find_live(exchange: Exchange, sid_or_name: str) -> LiveConference | None:
    """Return a live conference, or None if there is none. To look for it makes no account one with live calls."""
    account = exchange.account
    return account.live_calls.api_conferences.find(sid_or_name) if account.has_live_calls else None


def _require_live(exchange: Exchange, path: PathParams) -> None:
    if _find_live(exchange, path["conference"]) is None:
        raise TwilioError(20404, f"No conference of a live call is {path['conference'][:60]!r}.")


def _build_fields(
    exchange: Exchange, conference: LiveConference, participant: Participant, queue_time: str | None = None
) -> ParticipantFields:
    call: LiveCall = exchange.account.live_calls.get(participant.call)
    return ParticipantFields(
        account_sid=exchange.account.sid,
        conference_sid=conference.sid,
        call_sid=call.sid,
        label=participant.label,
        muted=participant.muted,
        hold=participant.hold,
        coaching=participant.coaching,
        coached_call_sid=participant.coached_call_sid,
        start_on_enter=participant.start_on_enter,
        end_on_exit=participant.end_on_exit,
        status="connected" if participant.joined_at is not None else _STATUSES.get(call.status, "connecting"),
        date_created=participant.created_at // SECOND,
        date_updated=participant.updated_at // SECOND,
        queue_time=queue_time,
    )


def _walk(window: range, *, newest_first: bool) -> Iterator[int]:
    return reversed(window) if newest_first else iter(window)
