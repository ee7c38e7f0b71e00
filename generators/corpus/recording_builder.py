"""Builds a recording of a corpus from its parts: its block, its random fields, its instant and its SIDs."""

from collections.abc import Callable
from functools import cached_property

import msgspec

from generators import distributions
from generators.corpus.blocks import Block
from generators.corpus.layout import Layout
from generators.corpus.quotas import BLOCK_SIZE
from generators.corpus.timetable import Timetable
from generators.instants import SECOND
from generators.model import DUAL_SOURCES, AdversarialRecording, EncryptionDetails, Recording, Status
from generators.random_fields import RandomFields
from generators.sids import SidCipher

Sids = tuple[str, str, str | None]
"""The SIDs of a recording, of its call, and of its conference, if it has one."""
_HEARD_STATUSES = (Status.COMPLETED, Status.DELETED)
"""Only these recordings have a duration."""


class RecordingBuilder:
    """Builds recordings, and computes their durations.

    Args:
        seed: determines adversarial bodies.
        t0: the instant at which the corpus ends, in seconds since the epoch.
    """

    def __init__(
        self, *, seed: str, account_sid: str, t0: int, layout: Layout, timetable: Timetable, sids: SidCipher
    ) -> None:
        self._seed = seed
        self._account_sid = account_sid
        self._t0 = t0
        self._layout = layout
        self._timetable = timetable
        self._sids = sids

    def build(
        self, index: int, block: Block, random_fields: RandomFields, instant: int, sids: Sids, *, is_bare: bool = False
    ) -> Recording:
        """Build the recording at an index of a block.

        Args:
            instant: the instant of creation, in microseconds since the epoch.
            is_bare: leave out the encryption details and the adversarial body.
        """
        place, created = index % BLOCK_SIZE, instant // SECOND
        status, source = self._layout.get_status_in(block, index), block.members[place].source
        lasted = self._compute_duration(created, random_fields)
        is_heard, is_encrypted = status in _HEARD_STATUSES, block.is_encrypted(place)
        with_details = is_encrypted and is_heard and not is_bare
        recording = Recording(
            sid=sids[0],
            account_sid=self._account_sid,
            call_sid=sids[1],
            conference_sid=sids[2],
            status=status,
            source=source,
            channels=2 if block.is_dual(place) and source in DUAL_SOURCES else 1,
            track=distributions.draw_track(random_fields.track),
            duration=lasted if is_heard else None,
            price=distributions.compute_price(lasted) if is_heard else None,
            error_code=None if is_heard else distributions.draw_error_code(status, is_encrypted, random_fields.error),
            encryption=self._build_encryption(self._sids, random_fields) if with_details else None,
            start_time=created,
            date_created=created,
            date_updated=self._compute_update(index, status, created, lasted, random_fields.latency),
        )
        if is_bare or not block.is_adversarial(place):
            return recording
        return self._with_adversarial_body(recording, random_fields)

    def compute_end(self, index: int, created: int, get_random_fields: Callable[[int], RandomFields]) -> int:
        """Return when a recording ends, in seconds since the epoch, without building it.

        Args:
            created: when it was created, in seconds since the epoch.
            get_random_fields: returns the random fields of an index.
        """
        if self._layout.get_status(index) not in _HEARD_STATUSES:
            return created
        return created + self._compute_duration(created, get_random_fields(index))

    @cached_property
    def _build_encryption(self) -> Callable[[SidCipher, RandomFields], EncryptionDetails]:
        """The function, imported for the first encrypted recording: most corpora have none."""
        from generators.content.encryption_details import build_encryption_details

        return build_encryption_details

    def _compute_duration(self, created: int, random_fields: RandomFields) -> int:
        """Return the duration in seconds: the recording ends before T0."""
        drawn, room = distributions.draw_duration(random_fields.duration), self._t0 - created
        longest = room - room // 8
        return drawn if drawn <= longest else max(1, longest)

    def _compute_update(self, index: int, status: Status, created: int, lasted: int, latency: int) -> int:
        """Return the instant of the last change, which is not after T0, in seconds since the epoch."""
        if status is Status.PROCESSING:
            return created
        if status is Status.DELETED:
            return self._timetable.get_deletion_instant(index) // SECOND
        updated = created + lasted + 1 + latency % 16
        return updated if updated < self._t0 else self._t0

    def _with_adversarial_body(self, recording: Recording, random_fields: RandomFields) -> AdversarialRecording:
        from generators.content.adversarial import (
            draw_body,
        )  # imports Hypothesis, which only adversarial recordings need

        body = draw_body(self._seed, random_fields.adversarial)
        return AdversarialRecording(**msgspec.structs.asdict(recording), body=body)
