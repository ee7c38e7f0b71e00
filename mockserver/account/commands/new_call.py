"""Everything that a new live call is made from."""

import msgspec

from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_calls import Direction
from mockserver.account.state.live_conferences import JoinOptions
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.account.state.machine_detection import MachineDetection
from mockserver.account.state.subscription import Signer, StatusSubscription
from scenarios.callers import Caller

_CALL_SECONDS = 4 * 3600


class NewCall(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a new call is made from."""

    to: str
    from_: str
    signer: Signer
    direction: Direction = Direction.OUTBOUND_API
    voice: VoiceDocument = VoiceDocument()
    subscription: StatusSubscription | None = None
    timeout: int = 60
    """Seconds that it may ring."""
    time_limit: int = _CALL_SECONDS
    """Seconds that it may last."""
    record: RecordOptions | None = None
    detection: MachineDetection | None = None
    send_digits: str | None = None
    """The keys that the callee hears after the answer, with `w` and `W` for waits."""
    caller: Caller | None = None
    """The person on the line; that of the scenario if left out."""
    joins: JoinOptions | None = None
    forwarded_from: str | None = None
    caller_name: str | None = None
    application_sid: str | None = None
    problems: tuple[tuple[int, str], ...] = ()
    """The codes and texts of what the debugger reports about the request that creates it."""
