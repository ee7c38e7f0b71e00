"""The data model of rotated auth tokens."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scenarios.triggers import WrittenTrigger

MAX_TOKEN_STEPS = 100
"""The most steps of one account."""
AuthToken = Annotated[
    str, Meta(pattern=r"^[!-~]{1,128}$(?!\n)", description="An auth token: 1 to 128 ASCII characters without spaces.")
]
"""An auth token in a scenario."""


class TokenStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One change of the account's auth tokens: `create: secondary`, or `promote: secondary`."""

    after: WrittenTrigger | None = None
    """The condition; at once if left out. `time` counts from the step before, and `requests` counts those of the
    account since then: the last of them still has the old tokens. `callback` and `signal` mean any recording.
    """
    create: Literal["secondary"] | None = None
    """Creates a secondary auth token: from now on both are accepted, and the primary signs."""
    token: AuthToken | None = None
    """The secondary token that `create` creates; derived if left out."""
    promote: Literal["secondary"] | None = None
    """Makes the secondary auth token the primary, which signs from now on. The old primary is refused."""
