"""The resources of an account that follow from its recordings.

Each is made when it is first used: a test suite creates thousands of accounts, and most of them use none.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from generators.sids import Kind
from mockserver.account.resources.recordings import Recordings

if TYPE_CHECKING:
    from mockserver.account.resources.parents import Parents
    from mockserver.account.resources.subresources import Subresources


class DerivedResources:
    """The calls, conferences and subresources of recordings."""

    def __init__(self, recordings: Recordings) -> None:
        self.recordings = recordings

    @cached_property
    def calls(self) -> "Parents":
        """The calls."""
        return self._make_parents(Kind.CALL)

    @cached_property
    def conferences(self) -> "Parents":
        """The conferences."""
        return self._make_parents(Kind.CONFERENCE)

    @cached_property
    def transcriptions(self) -> "Subresources":
        """The transcriptions of the recordings."""
        return self._make_subresources(Kind.TRANSCRIPTION)

    @cached_property
    def add_on_results(self) -> "Subresources":
        """The results of add-ons."""
        return self._make_subresources(Kind.ADD_ON_RESULT)

    @cached_property
    def payloads(self) -> "Subresources":
        """The payloads of add-on results."""
        return self._make_subresources(Kind.PAYLOAD)

    def _make_parents(self, kind: Kind) -> "Parents":
        from mockserver.account.resources.parents import Parents

        return Parents(kind, self.recordings.recording_index)

    def _make_subresources(self, kind: Kind) -> "Subresources":
        from mockserver.account.resources.subresources import Subresources

        return Subresources(kind, self.recordings)
