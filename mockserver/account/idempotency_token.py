"""The idempotency tokens of callbacks, and of requests to apps."""

from uuid import UUID

from generators.seeds import derive_bytes
from mockserver.account.state.subscription import ReachedStatus


def derive_idempotency_token(seed: str, reached: ReachedStatus, parameters: tuple[tuple[str, str], ...]) -> str:
    """Return the token of a callback. RecordingUrl has no part in it, because the server's port may be random."""
    values = [value for name, value in parameters if name != "RecordingUrl"]
    bits = derive_bytes(seed, "idempotency", reached.recording.account_sid, str(reached.times), *values)[:16]
    return str(UUID(bytes=bits, version=4))


def derive_request_token(seed: str, sid: str, number: int) -> str:
    """Return the token of a request that is about a call or conference, by its SID, and has a number of its own."""
    return str(UUID(bytes=derive_bytes(seed, "idempotency", sid, str(number))[:16], version=4))
