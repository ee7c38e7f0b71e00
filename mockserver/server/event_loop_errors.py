"""What a server logs of errors outside its routes."""

import asyncio
import errno
import logging
from typing import Any


def handle_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error of the event loop, except that no file descriptor is left for a new connection.

    asyncio then tries again after a second, and would log a traceback each time, and another one if the server is
    closed meanwhile. uvloop logs nothing.
    """
    error = context.get("exception")
    has_no_descriptor = isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)
    is_late_retry = isinstance(error, ValueError) and "_start_serving" in repr(context.get("handle"))
    if not (has_no_descriptor or is_late_retry):
        loop.default_exception_handler(context)


def ignore_cancelled_requests() -> None:
    """Log no traceback of a request that is cancelled because the server stops: uvicorn takes it for a failure."""
    logging.getLogger("uvicorn.error").addFilter(_is_failure)


def _is_failure(record: logging.LogRecord) -> bool:
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)
