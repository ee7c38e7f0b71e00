"""The auth tokens of an account that rotates them, as plain values."""

import msgspec

from scenarios.tokens import TokenStep


class AuthTokensState(msgspec.Struct, kw_only=True):
    """The auth tokens of an account, and the changes that are still to come."""

    primary: str
    """The token that signs."""
    secondary: str | None = None
    """A token that is accepted beside the primary one."""
    steps: tuple[TokenStep, ...]
    next_step: int = 0
    window: int | None = None
    """The number of the window that opens when the next step is due; None after the last step."""
