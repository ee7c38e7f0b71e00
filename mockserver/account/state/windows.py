"""The windows of an account's rules, as plain values: from when and until when each of them applies."""

import msgspec

from scenarios.windows import Window, WindowProgress


class WindowState(msgspec.Struct, kw_only=True):
    """A window, and where it is."""

    window: Window
    owner: str
    """What applies in the window, such as `rule 2`, for the log of events."""
    progress: WindowProgress
    """That of the account, and of every recording that has none of its own."""
    is_of_rule: bool = True
    """False if it is of a step of the auth tokens, which has an event of its own."""
    requests: int = 0
    """The requests that the rule matched while the window waited for some."""
    next_request: int | None = None
    """The number of requests at which to look at the window again; None if it waits for none."""
    by_recording: dict[int, WindowProgress] = {}
    """The progress of recordings about which something happened."""


class WindowTimer(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a timer of a window checks."""

    window: int
    """The number of the window."""
    recording: int | None
    """The index of the recording, or None for the progress of the account."""
