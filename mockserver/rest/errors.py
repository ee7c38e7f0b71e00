"""Twilio's errors: one exception, one table of codes (WIRE §9)."""

import msgspec

from generators.model import Status


class _ErrorRow(msgspec.Struct, frozen=True):
    status: int
    message: str


MAX_TARGET_LENGTH = 16 * 1024
"""A longer target (path and query, in bytes) is rejected."""

_ERRORS = {
    20001: _ErrorRow(400, "Invalid parameter"),
    20003: _ErrorRow(401, "Authenticate"),
    20004: _ErrorRow(405, "Method not allowed"),
    20006: _ErrorRow(403, "Access Denied"),
    20403: _ErrorRow(403, "Forbidden"),
    20429: _ErrorRow(429, "Too Many Requests"),
    20503: _ErrorRow(503, "Service unavailable"),
    20007: _ErrorRow(400, "Page size too large"),
    20009: _ErrorRow(409, "Cannot delete this resource before it is complete"),
    16020: _ErrorRow(400, "Conference is full"),
    16108: _ErrorRow(400, "There is more than one active recording for this call"),
    16109: _ErrorRow(400, "Encrypted recordings cannot be fetched as mp3"),
    16113: _ErrorRow(400, "The requested number of channels is not available"),
    20404: _ErrorRow(404, "The requested resource {path} was not found"),
    20500: _ErrorRow(500, "Internal Server Error"),
    21201: _ErrorRow(400, "No 'To' number is specified"),
    21205: _ErrorRow(400, "Url parameter is required. For more information, see http://www.twilio.com/docs/api/twiml"),
    21206: _ErrorRow(400, "Invalid SendDigits"),
    21208: _ErrorRow(400, "Invalid Timeout"),
    21209: _ErrorRow(400, "Invalid Method"),
    21211: _ErrorRow(400, "Invalid 'To' Phone Number"),
    21212: _ErrorRow(400, "Invalid 'From' Phone Number"),
    21213: _ErrorRow(400, "'From' phone number is required"),
    21217: _ErrorRow(400, "Phone number does not appear to be valid"),
    21218: _ErrorRow(400, "Invalid ApplicationSid"),
    21220: _ErrorRow(400, "Requested resource is not eligible for recording"),
    21609: _ErrorRow(400, "Invalid 'StatusCallback' URL"),
    21602: _ErrorRow(400, "Message body is required."),
    21603: _ErrorRow(400, "A 'From' phone number is required."),
    21604: _ErrorRow(400, "A 'To' phone number is required."),
    70002: _ErrorRow(400, "Paged requests must include a PageToken"),
}

LISTED_CODES = frozenset(_ERRORS)
"""The codes that have a status and a message of their own."""
_UNLISTED_ERROR = _ErrorRow(400, "Error")
"""Status and message for a code that is not in the table: scenarios may use any."""
DEFAULT_CODE_BY_STATUS = {
    400: 20001,
    401: 20003,
    403: 20403,
    404: 20404,
    405: 20004,
    409: 20009,
    429: 20429,
    503: 20503,
}
"""The code for a status when nothing else is known about the error."""


REFUSAL_KEY = "recmock.refusal"
"""The key in the state of the ASGI scope with the error for a request to a host that the mock does not emulate."""


class TwilioError(Exception):
    """An error as Twilio sends it, with our explanation.

    Args:
        code: Twilio's code. HTTP status and message come from the table if it has the code.
        reason: a sentence that explains the error, sent as `X-Mock-Reason`.
        message: replaces the table's message.
        detail: Twilio's `detail`, which some errors have.
        status: replaces the table's HTTP status.
        headers: additional response headers.
        unknown_sid: a SID that this account does not know; the gateway looks for it in the other accounts.
        found_status: the status of the recording, if it is the reason.
        always_json: True for an error that is JSON whatever the path asks for, like those of Twilio's newer hosts.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        *,
        message: str | None = None,
        detail: str | None = None,
        status: int | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        unknown_sid: str | None = None,
        found_status: Status | None = None,
        always_json: bool = False,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.detail = detail
        self.headers = headers
        self.unknown_sid = unknown_sid
        self.found_status = found_status
        self.always_json = always_json
        row = _ERRORS.get(code, _UNLISTED_ERROR)
        self.status = row.status if status is None else status
        self._message = row.message if message is None else message

    def to_dict(self, path: str) -> dict[str, str | int]:
        """Return the body for a request of this path, in Twilio's order (WIRE §9)."""
        detail = {} if self.detail is None else {"detail": self.detail}
        return {
            "code": self.code,
            **detail,
            "message": self._message.replace("{path}", path),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def make_invalid_parameter_error(
    name: str, expected: str, value: str, *, unknown_sid: str | None = None
) -> TwilioError:
    """Return the error for a parameter with an invalid value.

    Args:
        unknown_sid: the SID in the value that this account does not know.
    """
    shown = value if len(value) <= 80 else f"{value[:77]}..."
    why = f"{name}: expected {expected}, found {shown!r}."
    return TwilioError(20001, why, message=f"Invalid {name}", unknown_sid=unknown_sid)


def make_not_in_progress_error(why: str) -> TwilioError:
    """Return the error for an update of a call that is not in progress (WIRE-CALLS §1.4)."""
    return TwilioError(21220, why, message="Call is not in-progress. Cannot redirect.")


def make_not_over_error(sid: str, status: str) -> TwilioError:
    """Return the error for the deletion of a call that is not over (WIRE-CALLS §1)."""
    return TwilioError(20009, f"{sid} is {status}. Only a call that is over can be deleted.")


def make_uri_too_long_error() -> TwilioError:
    """Return the error for a request whose path and query are too long."""
    why = f"Expected a path and query of less than {MAX_TARGET_LENGTH} bytes."
    return TwilioError(20001, why, status=414, message="Request URI too long")
