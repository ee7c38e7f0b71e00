"""A corpus: any number of recordings, as a pure function of their index. Index 0 is the oldest.

Nothing is stored or scanned. The block determines a recording's call and status (see `layout`), the weekly rhythm its
instant (see `timetable`), a keyed hash of the index its other fields (see `random_fields`), and an invertible
permutation its SIDs (see `sids`).
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Self

import msgspec

from generators.corpus.layout import make_layout
from generators.corpus.listed_count import find_corpus_size
from generators.corpus.mix import Mix
from generators.corpus.quotas import BLOCK_SIZE
from generators.corpus.recording_builder import RecordingBuilder
from generators.corpus.timetable import Timetable
from generators.instants import SECOND
from generators.model import CONFERENCE_SOURCES, Recording
from generators.random_fields import RandomFieldsSource
from generators.seeds import derive_bytes
from generators.sids import Kind, SidCipher

FIRST_HANDLE_INDEX = 1 << 63
"""The SIDs of handles stand for indices from here on."""
_MIN_BATCH_SIZE = 4
"""Fewer recordings are built one by one."""


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
        self._builder = RecordingBuilder(
            seed=spec.seed,
            account_sid=spec.account_sid,
            t0=spec.t0,
            layout=self.layout,
            timetable=self.timetable,
            sids=self.sids,
        )

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
        self._check_index(index)
        block, place = self.layout.get_block(index)
        member = block.members[place]
        run = self.layout.clip_run(index - member.ordinal, member.length)
        sids = (
            self.get_sid(index),
            self.sids.encode(Kind.CALL, run.start),
            self.sids.encode(Kind.CONFERENCE, run.start) if member.source in CONFERENCE_SOURCES else None,
        )
        instant = self.timetable.get_run_instants(run)[member.ordinal]
        return self._builder.build(index, block, self.random_fields(index), instant, sids, is_bare=is_bare)

    def generate_recordings(self, indices: Sequence[int]) -> list[Recording]:
        """Return recordings as they are at T0, in the order of their indices. Many take half the time of single ones.

        Args:
            indices: in any order. Neighbours share blocks, calls and conferences.

        Raises:
            IndexError: if an index is not below `count`.
        """
        if len(indices) < _MIN_BATCH_SIZE:
            return [self.generate_recording(index) for index in indices]
        self._check_index(min(indices))
        self._check_index(max(indices))
        blocks = self.layout.get_blocks(indices)
        members = [block.members[index % BLOCK_SIZE] for index, block in zip(indices, blocks, strict=True)]
        firsts = [index - member.ordinal for index, member in zip(indices, members, strict=True)]
        members_by_first = dict(zip(firsts, members, strict=True))
        runs = [self.layout.clip_run(first, member.length) for first, member in members_by_first.items()]
        random_fields = self.random_fields.generate_all([*chain.from_iterable(runs)])
        instants = self.timetable.place_runs(runs, random_fields)
        call_sids = self._map_sids(Kind.CALL, [*members_by_first])
        conferences = [first for first, member in members_by_first.items() if member.source in CONFERENCE_SOURCES]
        conference_sids = self._map_sids(Kind.CONFERENCE, conferences)
        sids = self.sids.encode_all(Kind.RECORDING, indices)
        return [
            self._builder.build(
                index, block, random_fields[index], instants[index], (sid, call_sids[first], conference_sids.get(first))
            )
            for index, block, first, sid in zip(indices, blocks, firsts, sids, strict=True)
        ]

    def _map_sids(self, kind: Kind, indices: Sequence[int]) -> dict[int, str]:
        return dict(zip(indices, self.sids.encode_all(kind, indices), strict=True))

    def _check_index(self, index: int) -> None:
        if not 0 <= index < self.count:
            raise IndexError(f"expected an index from 0 to {self.count - 1}, found {index}")

    def compute_run_end(self, run: range) -> int:
        """Return when the last recording of a run ends, in seconds since the epoch, without building the recordings."""
        instants = self.timetable.get_run_instants(run)
        return max(
            self._builder.compute_end(index, instant // SECOND, self.random_fields)
            for index, instant in zip(run, instants, strict=True)
        )


@lru_cache(maxsize=16)
def _derive_key(seed: str, account_sid: str) -> bytes:
    """Return the key of a corpus. Cached: the size of a corpus depends on it too."""
    return derive_bytes(seed, "corpus", account_sid)
