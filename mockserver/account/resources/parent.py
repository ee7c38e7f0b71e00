"""The call or conference that a path names."""

from collections.abc import Mapping
from typing import Self

import msgspec

from generators.sids import Kind, describe_sid, is_sid
from mockserver.rest.errors import TwilioError


class Parent(msgspec.Struct, frozen=True):
    """The call or conference that a path names."""

    kind: Kind
    sid: str

    @classmethod
    def from_sid(cls, kind: Kind, sid: str) -> Self:
        """Return the parent with a SID.

        Raises:
            TwilioError: 20404 if the SID is not of this kind.
        """
        if not is_sid(sid, kind):
            raise TwilioError(20404, f"Expected {describe_sid(kind)}, found {sid[:60]!r}.")
        return cls(kind, sid)

    @classmethod
    def from_path(cls, path: Mapping[str, str]) -> Self | None:
        """Return the parent that the path parameters name, or None if they name none.

        Raises:
            TwilioError: 20404 if the SID is malformed.
        """
        for name, kind in (("call_sid", Kind.CALL), ("conference_sid", Kind.CONFERENCE)):
            if name in path:
                return cls.from_sid(kind, path[name])
        return None
