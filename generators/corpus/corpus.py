"""A corpus: any number of recordings, as a pure function of their index. Index 0 is the oldest.

Nothing is stored or scanned. The block determines a recording's call and status (see `layout`), the weekly rhythm its
instant (see `timetable`), a keyed hash of the index its other fields (see `random_fields`), and an invertible
permutation its SIDs (see `sids`).
"""

import msgspec

from generators import distributions
from generators.content.encryption_details import build_encryption_details
from generators.corpus.layout import Layout
from generators.corpus.mix import Mix
from generators.corpus.timetable import Timetable
from generators.corpus.weekly_rhythm import SECOND
from generators.model import CONFERENCE_SOURCES, DUAL_SOURCES, AdversarialRecording, Recording, Status
from generators.random_fields import RandomFields, RandomFieldsSource
from generators.seeds import derive_bytes
from generators.sids import Kind, SidCipher

HANDLES = 1 << 63
"""The SIDs of handles stand for indices from here on."""


class CorpusSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that determines a corpus."""

    seed: str
    account_sid: str
    count: int
    t0: int
    """The instant at which the corpus ends, in seconds since the epoch."""
    span: int
    """The time before T0 over which the recordings are spread, in seconds."""
    mix: Mix


class Corpus:
    """The generated recordings of one account.

    Raises:
        SpanTooShortError: if the span is too short for the number of recordings.
    """

    def __init__(self, spec: CorpusSpec) -> None:
        key = derive_bytes(spec.seed, "corpus", spec.account_sid)
        self.spec = spec
        self.count = spec.count
        self.sids = SidCipher(key)
        self.chance = RandomFieldsSource(key)
        self.layout = Layout(key, spec.count, spec.mix)
        """The blocks, with their calls and statuses."""
        self.timetable = Timetable(self.layout, self.chance, spec.t0 * SECOND, spec.span * SECOND)
        """The instants."""

    def sid(self, index: int) -> str:
        """Return the SID of a recording."""
        return self.sids.encode(Kind.RECORDING, index)

    def sid_of_handle(self, handle: str) -> str:
        """Return the SID of a recording that has a handle instead of an index."""
        bits = derive_bytes(self.spec.seed, "handle", handle)[:8]
        return self.sids.encode(Kind.RECORDING, HANDLES | int.from_bytes(bits, "little") >> 1)

    def index_of(self, sid: str) -> int | None:
        """Return the index of the recording with a SID, or None if the corpus does not contain it."""
        index = self.sids.decode(Kind.RECORDING, sid)
        return index if index is not None and index < self.count else None

    def indices_of_call(self, call_sid: str) -> range:
        """Return the indices of a call's recordings; empty if the corpus does not contain the call."""
        index = self.sids.decode(Kind.CALL, call_sid)
        return range(0) if index is None else self.layout.run_starting_at(index, conference=False)

    def indices_of_conference(self, conference_sid: str) -> range:
        """Return the indices of a conference's recordings; empty if the corpus does not contain the conference."""
        index = self.sids.decode(Kind.CONFERENCE, conference_sid)
        return range(0) if index is None else self.layout.run_starting_at(index, conference=True)

    def recording(self, index: int) -> Recording:
        """Return a recording as it is at T0.

        Raises:
            IndexError: if the index is not below `count`.
        """
        if not 0 <= index < self.count:
            raise IndexError(f"expected an index from 0 to {self.count - 1}, found {index}")
        block, place = self.layout.block(index)
        member = block.members[place]
        chance = self.chance(index)
        status = self.layout.status(index)
        created = self.timetable.instant(index) // SECOND
        lasted, updated = self._duration_and_update(index, status, created, chance)
        heard = status in (Status.COMPLETED, Status.DELETED)
        encrypted = block.is_encrypted(place)
        source, first = member.source, index - member.ordinal
        in_conference = source in CONFERENCE_SOURCES
        recording = Recording(
            sid=self.sid(index),
            account_sid=self.spec.account_sid,
            call_sid=self.sids.encode(Kind.CALL, first),
            conference_sid=self.sids.encode(Kind.CONFERENCE, first) if in_conference else None,
            status=status,
            source=source,
            channels=2 if block.is_dual(place) and source in DUAL_SOURCES else 1,
            track=distributions.draw_track(chance.track),
            duration=lasted if heard else None,
            price=distributions.compute_price(lasted) if heard else None,
            error_code=distributions.draw_error_code(status, encrypted, chance.error),
            encryption=build_encryption_details(self.sids, chance) if encrypted and heard else None,
            start_time=created,
            date_created=created,
            date_updated=updated,
        )
        return self._with_adversarial_body(recording, chance) if block.is_adversarial(place) else recording

    def _duration_and_update(self, index: int, status: Status, created: int, chance: RandomFields) -> tuple[int, int]:
        """Return the duration, and the instant of the last change, which is not after T0."""
        room = self.spec.t0 - created
        lasted = min(distributions.draw_duration(chance.duration), max(1, room - room // 8))
        if status is Status.PROCESSING:
            return lasted, created
        if status is Status.DELETED:
            return lasted, self.timetable.deleted_at(index) // SECOND
        return lasted, created + min(lasted + 1 + chance.latency % 16, room)

    def _with_adversarial_body(self, recording: Recording, chance: RandomFields) -> AdversarialRecording:
        from generators.content.adversarial import (
            draw_body,
        )  # imports Hypothesis, which only adversarial recordings need

        body = draw_body(self.spec.seed, chance.adversarial)
        return AdversarialRecording(**msgspec.structs.asdict(recording), body=body)
