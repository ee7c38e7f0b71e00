"""The forms of conferences and their participants (WIRE-CALLS §2)."""

from enum import StrEnum

import msgspec

from mockserver.rest.call_fields import (
    CALL_EVENTS,
    CONFERENCE_EVENTS,
    DetectionForm,
    Problems,
    RecordForm,
    StatusForm,
    parse_detection_form,
    parse_ends,
    parse_method,
    parse_record_form,
    parse_status_form,
    parse_time_limit,
    parse_timeout,
    parse_url,
)
from mockserver.rest.errors import TwilioError
from mockserver.rest.parameters import Parameters

URL_FIELDS = (
    *("StatusCallback", "RecordingStatusCallback", "ConferenceStatusCallback", "ConferenceRecordingStatusCallback"),
    *("WaitUrl", "AmdStatusCallback"),
)
"""The fields of participants with URLs that the mock requests."""
_MAX_PARTICIPANTS = 250
UPDATE_URL_FIELDS = ("AnnounceUrl", "HoldUrl", "WaitUrl")
"""The fields of updates with URLs."""


class _ConferenceRecord(StrEnum):
    TRUE = "true"
    FALSE = "false"
    FROM_START = "record-from-start"
    DO_NOT_RECORD = "do-not-record"


class ConferenceUpdate(StrEnum):
    """The statuses that a request can give a conference."""

    COMPLETED = "completed"


class ParticipantForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a new participant."""

    to: str
    from_: str
    label: str | None
    muted: bool
    start_on_enter: bool
    end_on_exit: bool
    coached_call_sid: str | None
    wait_url: str | None
    wait_method: str
    max_participants: int
    timeout: int
    time_limit: int
    detection: DetectionForm | None
    """None if no machines are detected."""
    status: StatusForm | None
    record: RecordForm | None
    """How its call is recorded; None if it is not."""
    conference_status: StatusForm | None
    conference_record: RecordForm | None
    """How the conference is recorded; None if it is not."""
    problems: tuple[tuple[int, str], ...]


class ParticipantUpdateForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an update of a participant; None for what stays."""

    muted: bool | None
    hold: bool | None
    coaching: bool | None
    coached_call_sid: str | None
    end_on_exit: bool | None
    hold_url: str | None
    hold_method: str
    announce_url: str | None
    announce_method: str


class ConferenceUpdateForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an update of a conference."""

    status: ConferenceUpdate | None
    announce_url: str | None
    announce_method: str


def parse_participant_form(form: Parameters) -> ParticipantForm:
    """Parse the form of a new participant.

    Raises:
        TwilioError: as for a call; 20001 for an unknown choice.
    """
    to, from_ = parse_ends(form)
    problems = Problems(form)
    record = form.get_text("ConferenceRecord")
    if record is not None and record.lower() not in list(_ConferenceRecord):
        form.get_choice("ConferenceRecord", _ConferenceRecord)
    is_conference_recorded = (record or "").lower() in (_ConferenceRecord.TRUE, _ConferenceRecord.FROM_START)
    is_recorded = form.get_boolean("Record")
    return ParticipantForm(
        to=to,
        from_=from_,
        label=form.get_text("Label"),
        muted=form.get_boolean("Muted"),
        start_on_enter=parse_boolean(form, "StartConferenceOnEnter") is not False,
        end_on_exit=form.get_boolean("EndConferenceOnExit"),
        coached_call_sid=form.get_text("CallSidToCoach") if form.get_boolean("Coaching") else None,
        wait_url=parse_url(form, "WaitUrl"),
        wait_method=parse_method(form, "WaitMethod"),
        max_participants=form.get_integer(
            "MaxParticipants", default=_MAX_PARTICIPANTS, minimum=2, maximum=_MAX_PARTICIPANTS
        ),
        timeout=parse_timeout(form),
        time_limit=parse_time_limit(form),
        detection=parse_detection_form(form, "Amd", is_async=True),
        status=parse_status_form(form, problems, CALL_EVENTS),
        record=parse_record_form(form, problems) if is_recorded else None,
        conference_status=parse_status_form(form, problems, CONFERENCE_EVENTS, "Conference", ("start", "end")),
        conference_record=parse_record_form(form, problems, "Conference") if is_conference_recorded else None,
        problems=tuple(problems.found),
    )


def parse_participant_update_form(form: Parameters) -> ParticipantUpdateForm:
    """Parse the form of an update of a participant.

    Raises:
        TwilioError: 20001 for a value that is no boolean; 21205 or 21209 for a wrong URL or method.
    """
    hold_url, hold = parse_url(form, "HoldUrl"), parse_boolean(form, "Hold")
    if form.get_text("WaitUrl") is not None:
        form.warnings.append("WaitUrl was ignored: the participant hears the one with which it was created.")
    if hold_url is not None and hold is False:
        form.warnings.append("HoldUrl was ignored: Hold=false ends the hold.")
    return ParticipantUpdateForm(
        muted=parse_boolean(form, "Muted"),
        hold=hold,
        coaching=parse_boolean(form, "Coaching"),
        coached_call_sid=form.get_text("CallSidToCoach"),
        end_on_exit=parse_boolean(form, "EndConferenceOnExit"),
        hold_url=hold_url,
        hold_method=parse_method(form, "HoldMethod"),
        announce_url=parse_url(form, "AnnounceUrl"),
        announce_method=parse_method(form, "AnnounceMethod"),
    )


def parse_conference_form(form: Parameters) -> ConferenceUpdateForm:
    """Parse the form of an update of a conference.

    Raises:
        TwilioError: 20001 for any other status, or if nothing is asked for; 21205 or 21209 for a wrong URL or method.
    """
    status = form.get_choice("Status", ConferenceUpdate)
    if status is None and form.get_text("AnnounceUrl") is None:
        raise TwilioError(20001, "Expected Status=completed or AnnounceUrl, found none.")
    url = parse_url(form, "AnnounceUrl")
    if status is not None and url is not None:
        form.warnings.append("AnnounceUrl was ignored: Status ends the conference.")
    return ConferenceUpdateForm(status=status, announce_url=url, announce_method=parse_method(form, "AnnounceMethod"))


def parse_boolean(form: Parameters, name: str) -> bool | None:
    """Return a boolean, or None if it is missing.

    Raises:
        TwilioError: 20001 for any other value.
    """
    return None if form.get_text(name) is None else form.get_boolean(name)
