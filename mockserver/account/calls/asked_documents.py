"""What a call remembers of the requests to its app."""

from mockserver.account.state.app_requests import AppRequestState, AskedDocument
from mockserver.account.state.live_calls import LiveCall
from mockserver.callbacks.app_request import AppAnswer

_MAX_ASKED = 100
"""The number of answered requests that a call remembers."""


def remember_answer(call: LiveCall, request: AppRequestState, answer: AppAnswer, now: int) -> None:
    """Add a request that was answered, or failed, and forget the oldest one if there are very many."""
    asked = AskedDocument(
        at=now,
        purpose=request.purpose,
        method=answer.method,
        url=answer.url,
        parameters=request.parameters,
        status=answer.status,
        failure=None if answer.failure is None else answer.failure.value,
        code=answer.code,
        detail=answer.detail,
    )
    call.asked.append(asked)
    del call.asked[:-_MAX_ASKED]
