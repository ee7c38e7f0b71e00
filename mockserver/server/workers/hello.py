"""What a worker says first to the process that leads."""

import msgspec

from mockserver.server.workers.shared_settings import SharedSettings


class Hello(msgspec.Struct, frozen=True, array_like=True):
    """What a worker says first."""

    kind: int
    version: int
    secret: str
    name: str
    control_token: str | None
    settings: SharedSettings
    is_start: bool
    """True if the worker starts just now: its settings count if they are others."""
