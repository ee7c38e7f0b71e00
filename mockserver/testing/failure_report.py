"""What the report of a failing test shows of its account."""

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from mockserver.control import text
from mockserver.control.client.errors import ControlError
from mockserver.control.views.call_text import escape_controls
from mockserver.control.views.callbacks import CallbackView
from mockserver.control.views.requests import RequestView
from mockserver.testing.handles import MockTwilio

_SHOWN = 10
"""Number of requests, and of warnings, in the report."""


_MAX_NAME = 150
"""Characters of a file name. Some systems allow no more than 255 bytes."""


def describe_account(handle: MockTwilio, export: Path | None = None) -> str:
    """Return the state of the account: its clock, and its requests, errors, timers and callbacks if there are any.

    Args:
        export: the file that keeps the account; None to keep none.
    """
    try:
        state = handle.state()
        requests = handle.requests.all()
        callbacks = handle.callbacks.list()
        debugger = handle.debugger.list()
        sections = {
            "clock": text.describe_clock(state.clock),
            "last requests": "\n".join(map(text.describe_request, requests[-_SHOWN:])),
            "warnings": _describe_warnings(requests),
            "debugger": "\n".join(escape_controls(str(event)) for event in debugger[-_SHOWN:]),
            "waiting timelines": text.describe_timelines(state.timelines) if state.timelines else "",
            "timers": "\n".join(f"{timer.due} {timer.what}" for timer in state.timers),
            "callbacks": _count_delivered(callbacks),
            "callbacks not delivered": _describe_undelivered(callbacks),
            "export": "" if export is None else _keep_export(handle, export),
        }
    except ControlError as error:
        sections = {"the server": str(error)}
    return "\n".join(
        f"{title}:\n{body}" if "\n" in body else f"{title}: {body}" for title, body in sections.items() if body
    )


def to_file_name(node_id: str) -> str:
    """Return the name of a file for a test. Two tests have two names, also where case does not count."""
    safe = re.sub(r"[^A-Za-z0-9.-]+", "_", node_id).strip("._")[-_MAX_NAME:]
    return f"{safe}-{sha256(node_id.encode(errors='replace')).hexdigest()[:8]}"


def _keep_export(handle: MockTwilio, file: Path) -> str:
    """Write the export of an account, and return what to do with it, or why there is none."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle.export(file)
    except OSError as error:
        return f"cannot write {file}: {error.strerror}"
    return f"{file} (recmock serve --replay {file})"


def _describe_warnings(requests: Sequence[RequestView]) -> str:
    """Return each warning once, with the number of its last request; the last ones if there are many."""
    numbers = {warning: request.number for request in requests for warning in request.warnings}
    lines = [f"{number}: {warning}" for warning, number in sorted(numbers.items(), key=lambda item: item[1])]
    return "\n".join(lines[-_SHOWN:])


def _count_delivered(callbacks: Sequence[CallbackView]) -> str:
    count = sum(callback.state == "delivered" for callback in callbacks)
    return f"{count} delivered" if count else ""


def _describe_undelivered(callbacks: Sequence[CallbackView]) -> str:
    undelivered = [callback for callback in callbacks if callback.state != "delivered"]
    return text.describe_callbacks(undelivered) if undelivered else ""
