"""The form that sends a text message. The mock notes it, and sends nothing."""

import msgspec

from mockserver.rest.errors import TwilioError
from mockserver.rest.parameters import Parameters
from scenarios.endpoints import normalize_endpoint

NOT_SENT = "The message is not sent, and no callback follows: the mock only notes the request in its journal."
"""The warning of every message."""


class MessageForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a message that its response repeats."""

    to: str
    from_: str | None
    """None if the messaging service chooses it."""
    messaging_service_sid: str | None
    body: str
    media_count: int
    is_scheduled: bool


def parse_message_form(form: Parameters) -> MessageForm:
    """Parse the form.

    Raises:
        TwilioError: 21604, 21603 or 21602 if there is no receiver, no sender or no content.
    """
    to, from_, service = form.get_text("To"), form.get_text("From"), form.get_text("MessagingServiceSid")
    if to is None:
        raise TwilioError(21604, "To: expected a number or another address, found none.")
    if from_ is None and service is None:
        raise TwilioError(21603, "From: expected a number or another address, or a MessagingServiceSid, found none.")
    body, media = form.get_text("Body"), [url for url in form.get_texts("MediaUrl") if url]
    if body is None and not media and form.get_text("ContentSid") is None:
        raise TwilioError(21602, "Body: expected a text, or a MediaUrl or ContentSid, found none.")
    return MessageForm(
        to=normalize_endpoint(to),
        from_=None if from_ is None else normalize_endpoint(from_),
        messaging_service_sid=service,
        body=body or "",
        media_count=len(media),
        is_scheduled=form.get_text("ScheduleType") is not None,
    )
