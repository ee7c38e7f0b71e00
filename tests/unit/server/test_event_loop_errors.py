import asyncio
import errno
import logging

import pytest

from mockserver.server.event_loop_errors import handle_loop_error, ignore_cancelled_requests


def start_serving_again() -> None:
    """Stands for the method that asyncio calls a second later."""


start_serving_again.__qualname__ = "BaseSelectorEventLoop._start_serving"


@pytest.mark.parametrize(("number", "is_logged"), [(errno.EMFILE, False), (errno.ENFILE, False), (errno.EIO, True)])
def test_missing_descriptors_are_not_logged(number: int, is_logged: bool, caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    with caplog.at_level(logging.ERROR, "asyncio"):
        handle_loop_error(loop, {"message": "accept failed", "exception": OSError(number, "no")})
    loop.close()
    assert ("accept failed" in caplog.text) is is_logged


def test_retry_after_the_end_of_a_server_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    handle = asyncio.Handle(start_serving_again, (), loop)
    with caplog.at_level(logging.ERROR, "asyncio"):
        handle_loop_error(loop, {"message": "callback failed", "exception": ValueError("-1"), "handle": handle})
        assert caplog.text == ""
        handle_loop_error(loop, {"message": "callback failed", "exception": ValueError("-1")})
    loop.close()
    assert "callback failed" in caplog.text


@pytest.mark.parametrize(("error", "is_logged"), [(asyncio.CancelledError(), False), (ValueError(), True)])
def test_cancelled_request_is_not_logged(
    error: BaseException, is_logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    ignore_cancelled_requests()
    with caplog.at_level(logging.ERROR, "uvicorn.error"):
        logging.getLogger("uvicorn.error").error("it failed", exc_info=error)
        logging.getLogger("uvicorn.error").error("another line")
    assert ("it failed" in caplog.text) is is_logged
    assert "another line" in caplog.text
