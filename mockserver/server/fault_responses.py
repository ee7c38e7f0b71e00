"""The responses of fault rules: Twilio's error, a body of the rule's own, or nothing."""

from http import HTTPStatus

import msgspec

from mockserver.account.fault_rules import MatchedFault
from mockserver.rest.errors import DEFAULT_CODE_BY_STATUS, LISTED_CODES, TwilioError
from mockserver.server.faults import is_response_replaced, without_own_headers
from mockserver.server.response import Response
from scenarios.rules import ERROR_STATUS


def to_error(matched_fault: MatchedFault) -> TwilioError:
    """Return the error that a matched rule responds with."""
    then = matched_fault.then
    status = then.status or 500
    code = then.code or DEFAULT_CODE_BY_STATUS.get(status, 20500 if status >= 500 else 20001)
    headers = () if then.retry_after is None else ((b"retry-after", b"%d" % then.retry_after),)
    has_own_message = then.code in LISTED_CODES or code == DEFAULT_CODE_BY_STATUS.get(status, 20500)
    message = then.message or (None if has_own_message else _get_reason_phrase(status))
    return TwilioError(code, matched_fault.reason, status=status, message=message, headers=headers)


def to_response(matched_fault: MatchedFault, error_response: Response) -> Response:
    """Return the response of a matched rule: Twilio's error, the rule's own body, or nothing.

    Args:
        error_response: the response with Twilio's error.
    """
    then = matched_fault.then
    if is_response_replaced(then.fault):
        return Response(0, reason=matched_fault.reason)
    headers = (
        *without_own_headers(error_response.headers, then),
        *((name.encode(), value.encode("latin-1")) for name, value in then.headers.items()),
    )
    status = then.status or 200
    if then.body is None and status >= ERROR_STATUS:
        return msgspec.structs.replace(error_response, headers=headers)
    return msgspec.structs.replace(
        error_response,
        status=status,
        body=(then.body or "").encode(),
        media_type=None if then.body is None else then.media_type.encode(),
        headers=headers,
    )


def _get_reason_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
