"""A text message as a document, as its creation returns it: with Twilio's keys, and null for all that comes later."""

import msgspec

from generators.model import API_VERSION
from mockserver.rest.messages import MessageForm
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.rest.representations.wires import WIRE_FORMATS, Document, Wire

_GSM_CHARACTERS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of GSM 03.38 that take seven bits."""
_GSM_PAIRS = frozenset("^{}\\[~]|€\f")
"""The characters of GSM 03.38 that take twice seven bits."""
_GSM_LENGTHS, _UCS2_LENGTHS = (160, 153), (70, 67)
"""The longest text of one segment, and the length of each of several."""


class AcceptedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was accepted."""

    sid: str
    account_sid: str
    form: MessageForm
    date_created: int
    """Seconds since the epoch."""


def build_message(message: AcceptedMessage, wire: Wire, base_url: str) -> Document:
    """Return a message as a document."""
    form, date = message.form, WIRE_FORMATS[wire].format_date(message.date_created)
    path = f"/{API_VERSION}/Accounts/{message.account_sid}/Messages/{message.sid}"
    return {
        "account_sid": message.account_sid,
        "api_version": API_VERSION,
        "body": form.body,
        "date_created": date,
        "date_sent": None,
        "date_updated": date,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form.from_,
        "messaging_service_sid": form.messaging_service_sid,
        "num_media": str(form.media_count),
        "num_segments": str(count_segments(form.body)),
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": _choose_status(form),
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": form.to,
        "uri": f"{path}.json",
    }


def count_segments(body: str) -> int:
    """Return the number of segments that a text takes, at least one."""
    is_gsm = _GSM_CHARACTERS.union(_GSM_PAIRS).issuperset(body)
    if is_gsm:
        length = sum(2 if character in _GSM_PAIRS else 1 for character in body)
    else:
        length = len(body.encode("utf-16-le", "surrogatepass")) // 2
    single, joined = _GSM_LENGTHS if is_gsm else _UCS2_LENGTHS
    return 1 if length <= single else -(-length // joined)


def _choose_status(form: MessageForm) -> str:
    """Return the first status: a messaging service accepts a message before it has a sender."""
    if form.is_scheduled:
        return "scheduled"
    return "accepted" if form.from_ is None else "queued"


MESSAGE = ResourceType("Message", "messages", build_message)
