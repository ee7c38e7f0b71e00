"""A corpus: any number of recordings, as a pure function of their index. Index 0 is the oldest.

Nothing is stored or scanned. The block determines a recording's call and status (see `layout`), the weekly rhythm its
instant (see `timetable`), a keyed hash of the index its other fields (see `random_fields`), and an invertible
permutation its SIDs (see `sids`).
"""

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Self

import msgspec

from generators import distributions
from generators.corpus.layout import make_layout
from generators.corpus.listed_count import find_corpus_size
from generators.corpus.mix import Mix
from generators.corpus.timetable import Timetable
from generators.instants import SECOND
from generators.model import (
    CONFERENCE_SOURCES,
    DUAL_SOURCES,
    AdversarialRecording,
    EncryptionDetails,
    Recording,
    Status,
)
from generators.random_fields import RandomFields, RandomFieldsSource
from generators.seeds import derive_bytes
from generators.sids import Kind, SidCipher

FIRST_HANDLE_INDEX = 1 << 63
"""The SIDs of handles stand for indices from here on."""
_HEARD_STATUSES = (Status.COMPLETED, Status.DELETED)
"""Only these recordings have a duration."""


class CorpusSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that determines a corpus."""

    seed: str
    account_sid: str
    count: int
    """The number of recordings, deleted ones included."""
    on_top: int = 0
    """How many of them were added because a list at T0 shows no deleted ones."""
    turn: int = 0
    """The turn of the layout, for which a list shows exactly the number that was asked for."""
    t0: int
    """The instant at which the corpus ends, in seconds since the epoch."""
    span: int
    """The time before T0 over which the recordings are spread, in seconds."""
    mix: Mix

    @classmethod
    def of_listed(cls, listed: int, *, seed: str, account_sid: str, t0: int, span: int, mix: Mix) -> Self:
        """Return the spec of a corpus of which a list shows a number of recordings at T0."""
        count, turn = find_corpus_size(_derive_key(seed, account_sid), listed, mix)
        return cls(
            seed=seed,
            account_sid=account_sid,
            count=count,
            on_top=count - listed,
            turn=turn,
            t0=t0,
            span=span,
            mix=mix,
        )

    @property
    def listed(self) -> int:
        """The number of recordings that a list shows at T0, if the spec was made for it."""
        return self.count - self.on_top


class Corpus:
    """The generated recordings of one account.

    Raises:
        SpanTooShortError: if the span is too short for the number of recordings.
    """

    def __init__(self, spec: CorpusSpec) -> None:
        key = _derive_key(spec.seed, spec.account_sid)
        self.spec = spec
        self.count = spec.count
        self.sids = SidCipher(key)
        self.random_fields = RandomFieldsSource(key)
        self.layout = make_layout(key, spec.count, spec.mix, spec.turn)
        """The blocks, with their calls and statuses."""
        self.timetable = Timetable(self.layout, self.random_fields, spec.t0 * SECOND, spec.span * SECOND)
        """The instants."""

    def get_sid(self, index: int) -> str:
        """Return the SID of a recording."""
        return self.sids.encode(Kind.RECORDING, index)

    def derive_handle_sid(self, handle: str, kind: Kind = Kind.RECORDING) -> str:
        """Return the SID of a recording, call or conference that has a handle instead of an index."""
        bits = derive_bytes(self.spec.seed, "handle", handle)[:8]
        return self.sids.encode(kind, FIRST_HANDLE_INDEX | int.from_bytes(bits, "little") >> 1)

    def find_index(self, sid: str) -> int | None:
        """Return the index of the recording with a SID, or None if the corpus does not contain it."""
        index = self.sids.decode(Kind.RECORDING, sid)
        return index if index is not None and index < self.count else None

    def get_call_indices(self, call_sid: str) -> range:
        """Return the indices of a call's recordings; empty if the corpus does not contain the call."""
        index = self.sids.decode(Kind.CALL, call_sid)
        return range(0) if index is None else self.layout.get_run_starting_at(index, is_conference=False)

    def get_conference_indices(self, conference_sid: str) -> range:
        """Return the indices of a conference's recordings; empty if the corpus does not contain the conference."""
        index = self.sids.decode(Kind.CONFERENCE, conference_sid)
        return range(0) if index is None else self.layout.get_run_starting_at(index, is_conference=True)

    def generate_recording(self, index: int, *, is_bare: bool = False) -> Recording:
        """Return a recording as it is at T0.

        Args:
            is_bare: leave out the encryption details and the adversarial body, which take most of the time.

        Raises:
            IndexError: if the index is not below `count`.
        """
        if not 0 <= index < self.count:
            raise IndexError(f"expected an index from 0 to {self.count - 1}, found {index}")
        block, place = self.layout.get_block(index)
        member = block.members[place]
        chance = self.random_fields(index)
        status = self.layout.get_status(index)
        created = self.timetable.get_instant(index) // SECOND
        lasted, updated = self._compute_duration_and_update(index, status, created, chance)
        heard, encrypted = status in _HEARD_STATUSES, block.is_encrypted(place)
        source, first = member.source, index - member.ordinal
        in_conference = source in CONFERENCE_SOURCES
        recording = Recording(
            sid=self.get_sid(index),
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
            encryption=self._build_encryption(self.sids, chance) if encrypted and heard and not is_bare else None,
            start_time=created,
            date_created=created,
            date_updated=updated,
        )
        if is_bare or not block.is_adversarial(place):
            return recording
        return self._with_adversarial_body(recording, chance)

    @cached_property
    def _build_encryption(self) -> "Callable[[SidCipher, RandomFields], EncryptionDetails]":
        """The function, imported for the first encrypted recording: most corpora have none."""
        from generators.content.encryption_details import build_encryption_details

        return build_encryption_details

    def compute_run_end(self, run: range) -> int:
        """Return when the last recording of a run ends, in seconds since the epoch, without building the recordings."""
        instants = self.timetable.get_run_instants(run)
        return max(self._compute_end(index, instant // SECOND) for index, instant in zip(run, instants, strict=True))

    def _compute_end(self, index: int, created: int) -> int:
        if self.layout.get_status(index) not in _HEARD_STATUSES:
            return created
        return created + self._compute_duration(created, self.random_fields(index))

    def _compute_duration(self, created: int, random_fields: RandomFields) -> int:
        """Return the duration in seconds: the recording ends before T0."""
        room = self.spec.t0 - created
        return min(distributions.draw_duration(random_fields.duration), max(1, room - room // 8))

    def _compute_duration_and_update(
        self, index: int, status: Status, created: int, random_fields: RandomFields
    ) -> tuple[int, int]:
        """Return the duration, and the instant of the last change, which is not after T0."""
        lasted = self._compute_duration(created, random_fields)
        if status is Status.PROCESSING:
            return lasted, created
        if status is Status.DELETED:
            return lasted, self.timetable.get_deletion_instant(index) // SECOND
        return lasted, created + min(lasted + 1 + random_fields.latency % 16, self.spec.t0 - created)

    def _with_adversarial_body(self, recording: Recording, random_fields: RandomFields) -> AdversarialRecording:
        from generators.content.adversarial import (
            draw_body,
        )  # imports Hypothesis, which only adversarial recordings need

        body = draw_body(self.spec.seed, random_fields.adversarial)
        return AdversarialRecording(**msgspec.structs.asdict(recording), body=body)


@lru_cache(maxsize=16)
def _derive_key(seed: str, account_sid: str) -> bytes:
    """Return the key of a corpus. Cached: the size of a corpus depends on it too."""
    return derive_bytes(seed, "corpus", account_sid)
