"""The data model of filters for generated recordings."""

from typing import Literal

import msgspec

from generators.model import Source


class Selector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A filter for generated recordings. All given conditions must hold."""

    status: Literal["processing", "completed", "absent", "failed"] | None = None
    """The status."""
    source: Source | None = None
    """What started the recording."""
    channels: Literal[1, 2] | None = None
    """The number of channels."""
    conference: bool | None = None
    """True for recordings of conferences, false for others."""
    encrypted: bool | None = None
    """True for encrypted recordings, false for others."""
