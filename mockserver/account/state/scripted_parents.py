"""The calls and conferences whose status a scenario sets, as plain values."""

import msgspec


class ScriptedParent(msgspec.Struct, frozen=True, gc=False):
    """The status of a call or conference that recordings belong to. Instants are seconds since the epoch."""

    status: str
    since: int
    """When it got this status."""
    answered: int | None
    """When a call was answered, if a step said so."""
