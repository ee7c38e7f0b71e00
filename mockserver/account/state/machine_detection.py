"""The detection of answering machines, as plain values."""

import msgspec

from mockserver.account.state.subscription import StatusSubscription


class MachineDetection(msgspec.Struct, frozen=True, kw_only=True):
    """How a call finds out who has answered. Times are in milliseconds."""

    waits_for_end: bool = False
    """True if the greeting of a machine is heard to its end."""
    is_async: bool = False
    """True if the call goes on meanwhile."""
    timeout: int = 30_000
    speech_threshold: int = 2_400
    """Who speaks for as long is a machine."""
    speech_end_threshold: int = 1_200
    """The silence that ends what is said."""
    callback: StatusSubscription | None = None
    """The receiver of the result of an asynchronous detection."""
