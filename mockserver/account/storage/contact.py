"""How workers reach the process that leads."""

import msgspec


class Contact(msgspec.Struct, frozen=True):
    """How workers reach the process that leads, which has the store."""

    host: str
    port: int
    """0 while workers cannot reach it yet."""
    secret: str
    """What the leader expects first."""
    has_others: bool = False
    """True if other processes know the store too: if this one ends, one of them leads next."""
