"""How workers reach the process that leads."""

import msgspec


class Contact(msgspec.Struct, frozen=True):
    """How workers reach the process that leads, which has the store."""

    host: str
    port: int
    secret: str
    """What the leader expects first."""
