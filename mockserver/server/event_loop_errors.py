"""What the event loop of a server logs."""

import asyncio
import errno
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
