"""The forms that create and update calls (WIRE-CALLS §1.1, §1.4)."""

import re
from enum import StrEnum

import msgspec

from mockserver.rest.call_fields import (
    DETECTION,
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

MAX_TWIML = 4000
"""The longest `Twiml`, in characters."""
URL_FIELDS = ("Url", "Twiml", "FallbackUrl", "StatusCallback", "RecordingStatusCallback", "AsyncAmdStatusCallback")
"""The fields of calls with URLs that the mock requests."""
_SEND_DIGITS = r"[0-9#*wWA-Da-d,]{1,32}"


class VoiceForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a call plays."""

    url: str | None
    method: str
    twiml: str | None
    fallback_url: str | None
    fallback_method: str


class CallForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a new call."""

    to: str
    from_: str
    voice: VoiceForm
    status: StatusForm | None
    timeout: int
    time_limit: int
    record: RecordForm | None
    """None if the call is not recorded."""
    detection: DetectionForm | None
    """None if no machines are detected."""
    send_digits: str | None
    problems: tuple[tuple[int, str], ...]


class UpdateStatus(StrEnum):
    """The statuses that a request can give a call."""

    COMPLETED = "completed"
    CANCELED = "canceled"


class CallUpdateForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an update of a call."""

    status: UpdateStatus | None
    voice: VoiceForm | None
    callback: StatusForm | None
    time_limit: int | None


def parse_call_form(form: Parameters) -> CallForm:
    """Parse the form of a new call. What Twilio only warns of is in the form's warnings too.

    Raises:
        TwilioError: 212xx for a field that is missing or wrong (WIRE-CALLS §1.2); 20001 for an unknown choice.
    """
    to, from_ = parse_ends(form)
    if form.get_text("Url") is None and form.get_text("Twiml") is None:
        _refuse_application(form)
        raise TwilioError(21205, "Expected Url or Twiml, found none.")
    problems = Problems(form)
    voice = _parse_voice(form)
    status = parse_status_form(form, problems)
    is_recorded = form.get_boolean("Record")
    record = parse_record_form(form, problems) if is_recorded else None
    _check_digits(form)
    _warn_of_ignored(form)
    return CallForm(
        to=to,
        from_=from_,
        voice=voice,
        status=status,
        timeout=parse_timeout(form),
        time_limit=parse_time_limit(form),
        record=record,
        detection=parse_detection_form(form, is_async=form.get_boolean("AsyncAmd")),
        send_digits=form.get_text("SendDigits"),
        problems=tuple(problems.found),
    )


def parse_call_update_form(form: Parameters) -> CallUpdateForm:
    """Parse the form of an update.

    Raises:
        TwilioError: 21205, 21209 or 20001 for a wrong value; 20001 if nothing changes.
    """
    status = form.get_choice("Status", UpdateStatus)
    has_document = form.get_text("Url") is not None or form.get_text("Twiml") is not None
    voice = _parse_voice(form) if has_document else None
    callback = parse_status_form(form, Problems(form)) if form.get_text("Url") is not None else None
    time_limit = parse_time_limit(form) if form.get_text("TimeLimit") is not None else None
    if status is None and voice is None and time_limit is None:
        raise TwilioError(21205, "Expected Status, Url, Twiml or TimeLimit, found none.")
    if status is not None and has_document:
        form.warnings.append("Url and Twiml were ignored: Status ends the call.")
    elif callback is None and form.get_text("StatusCallback") is not None:  # Twilio does this (WIRE-CALLS §1.4)
        form.warnings.append("StatusCallback was ignored: it needs a Url in the same request.")
    return CallUpdateForm(status=status, voice=voice, callback=callback, time_limit=time_limit)


def _parse_voice(form: Parameters) -> VoiceForm:
    url, twiml = parse_url(form, "Url"), form.get_text("Twiml")
    if url is None and twiml is not None and len(twiml) > MAX_TWIML:
        raise TwilioError(20001, f"Twiml: expected at most {MAX_TWIML} characters, found {len(twiml)}.")
    if url is not None and twiml is not None:
        form.warnings.append("Twiml was ignored: Url takes precedence.")
    return VoiceForm(
        url=url,
        method=parse_method(form, "Method"),
        twiml=twiml if url is None else None,
        fallback_url=parse_url(form, "FallbackUrl"),
        fallback_method=parse_method(form, "FallbackMethod"),
    )


def _refuse_application(form: Parameters) -> None:
    sid = form.get_text("ApplicationSid")
    if sid is not None:
        raise TwilioError(
            21218, f"ApplicationSid: this mock has no applications, found {sid[:60]!r}. Send Url or Twiml instead."
        )


def _check_digits(form: Parameters) -> None:
    digits = form.get_text("SendDigits")
    if digits is not None and not re.fullmatch(_SEND_DIGITS, digits):
        raise TwilioError(21206, f"SendDigits: expected at most 32 of 0-9, #, * and w, found {digits[:60]!r}.")


def _warn_of_ignored(form: Parameters) -> None:
    """Warn of the fields that would change what a user sees."""
    is_async = form.get_text("MachineDetection") in DETECTION and form.get_boolean("AsyncAmd")
    if form.get_text("AsyncAmdStatusCallback") is not None and not is_async:
        form.warnings.append("AsyncAmdStatusCallback was ignored: it needs MachineDetection and AsyncAmd=true.")
    if form.get_text("RecordingConfigurationId") is not None:
        form.warnings.append("RecordingConfigurationId was ignored: this mock has no configurations.")
