"""A corpus: any number of recordings as a pure function of their index, 0 being the oldest.

Nothing here is stored or scanned. A recording's fields come from a keyed hash of its index, its
call and its status from its block (see `blocks`), its instant from the rhythm of the week (see
`rhythm`), its SIDs from a permutation that can be turned back (see `sids`).
"""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from generators import distributions
from generators.blocks import Dealer
from generators.keys import derive
from generators.mix import Mix
from generators.model import CONFERENCE_SOURCES, AdversarialRecording, EncryptionDetails, Recording, Status
from generators.quotas import BLOCK
from generators.rhythm import SECOND, Rhythm
from generators.sids import Kind, SidCipher

RETENTION = 40 * 24 * 3600 * SECOND
"""How long Twilio keeps the metadata of a deleted recording, in microseconds (WIRE §6)."""
_PROCESSING_ZONE = 50
"""Recordings that are still processing sit among the newest 1/50, at least one in 64 of their zone."""
_LONGEST = (distributions.LONGEST + 60) * SECOND
"""Between the start of any recording and the end of its processing."""
_NEWEST = 120 * SECOND
"""The newest recordings of a long span start this long before its end."""
_GAP = 900
"""Between two recordings of a call, microseconds for each of 65536 steps: up to a minute."""
_BLOCKS_KEPT = 64


class CorpusSpec(msgspec.Struct, frozen=True, kw_only=True):
    """All that a corpus depends on."""

    seed: str
    account_sid: str
    count: int
    t0: int
    """The instant at which the corpus ends, in seconds since 1970."""
    span: int
    """Over how many seconds before T0 the recordings are spread."""
    mix: Mix


class _Bits(NamedTuple):
    """A recording's own chance, 64 bytes of hash cut into fields."""

    duration: int
    gap: int
    latency: int
    error: int
    encryption: bytes


class Corpus:
    """The recordings of one account.

    Raises:
        SpanTooShortError: where the span has no room for so many recordings.
    """

    def __init__(self, spec: CorpusSpec) -> None:
        self.spec = spec
        self.count = spec.count
        self.sids = SidCipher(derive(spec.seed, "sids", spec.account_sid))
        self._end = spec.t0 * SECOND
        self._hash = blake2b(digest_size=64, key=derive(spec.seed, "recordings", spec.account_sid))
        self._dealer = Dealer(derive(spec.seed, "blocks", spec.account_sid), spec.mix)
        self._processing = round(spec.mix.status[Status.PROCESSING] * self.count)
        self._zone = max(self._processing, min(-(-self.count // _PROCESSING_ZONE), BLOCK * self._processing))
        self._zone_start = self.count - self._zone
        self._block = lru_cache(maxsize=_BLOCKS_KEPT)(self._dealer.deal)
        if self.count:
            newest = min(_NEWEST, spec.span * SECOND // 10)
            self._rhythm = Rhythm(self._end - spec.span * SECOND, self._end - newest, self.count)

    # -- one recording ---------------------------------------------------------------------------

    def sid(self, index: int) -> str:
        """Return the SID of a recording."""
        return self.sids.encode(Kind.RECORDING, index)

    def index_of(self, sid: str) -> int | None:
        """Return the index of the recording with this SID, or None where the corpus has none such."""
        index = self.sids.decode(Kind.RECORDING, sid)
        return index if index is not None and index < self.count else None

    def status(self, index: int) -> Status:
        """Return the status of a recording at T0."""
        if self._is_processing(index):
            return Status.PROCESSING
        return self._block(index // BLOCK).statuses[index % BLOCK]

    def recording(self, index: int) -> Recording:
        """Return a recording as it is at T0.

        Raises:
            IndexError: where the index is not below `count`.
        """
        if not 0 <= index < self.count:
            raise IndexError(f"expected an index from 0 to {self.count - 1}, found {index}")
        number, place = divmod(index, BLOCK)
        block = self._block(number)
        run = block.runs[place]
        bits = self._bits(index)
        status = self.status(index)
        created = self.instant(index) // SECOND
        ended, ready = self._settled_at(created, bits)
        has_media = status in (Status.COMPLETED, Status.DELETED)
        encrypted = place in block.encrypted
        parent = number * BLOCK + run.first
        recording = Recording(
            sid=self.sid(index),
            account_sid=self.spec.account_sid,
            call_sid=self.sids.encode(Kind.CALL, parent),
            conference_sid=self.sids.encode(Kind.CONFERENCE, parent) if run.source in CONFERENCE_SOURCES else None,
            status=status,
            source=run.source,
            channels=2 if place in block.dual else 1,
            duration=ended - created if has_media else None,
            price=distributions.price(ended - created) if has_media else None,
            error_code=distributions.error_code(status, encrypted, bits.error),
            encryption=self._encryption(bits) if encrypted and has_media else None,
            start_time=created,
            date_created=created,
            date_updated=self._updated_at(index, status, ready),
        )
        return self._dressed(recording, bits) if place in block.adversarial else recording

    # -- time ------------------------------------------------------------------------------------

    def instant(self, index: int) -> int:
        """Return when a recording was created, in microseconds; strictly rising with the index."""
        run = self._run_of(index)
        return self._run_instants(run)[index - run.start]

    def first_at(self, instant: int) -> int:
        """Return the index of the oldest recording that is not before an instant; `count` where none is."""
        if not self.count:
            return 0
        near = min(max(self._rhythm.position(instant), 0), self.count - 1)
        # A run keeps to its own slot of the rhythm: the answer is in the run at this position, or just after it.
        run = self._run_of(near)
        return run.start + bisect_left(self._run_instants(run), instant)

    def deleted_at(self, index: int) -> int:
        """Return when a recording would have been deleted, in microseconds: old ones first, within 40 days of T0."""
        swept = self._end - RETENTION + RETENTION * (index + 1) // (self.count + 1)
        block_end = min((index // BLOCK + 1) * BLOCK, self.count)
        return max(swept, min(self._rhythm.instant(block_end) + _LONGEST, self._end))

    def retained_from(self, now: int) -> int:
        """Return the index from which on deleted recordings are still remembered at an instant."""
        return bisect_left(range(self.count), now, key=lambda index: self.deleted_at(index) + RETENTION - 1)

    # -- calls and conferences -------------------------------------------------------------------

    def of_call(self, call_sid: str) -> range:
        """Return the indices of a call's recordings; empty where the corpus has no such call."""
        return self._of_parent(Kind.CALL, call_sid)

    def of_conference(self, conference_sid: str) -> range:
        """Return the indices of a conference's recordings; empty where the corpus has no such conference."""
        return self._of_parent(Kind.CONFERENCE, conference_sid)

    # -- walking ---------------------------------------------------------------------------------

    def walk(self, window: range, *, newest_first: bool, deleted_from: int | None) -> Iterator[int]:
        """Yield the indices of a window that are there to see.

        Args:
            window: consecutive indices, rising.
            newest_first: in which order.
            deleted_from: deleted recordings are seen from this index on; None hides them all.
        """
        # Up to here all deleted ones are hidden and nothing is processing, so that whole blocks may be skipped.
        bound = self._zone_start if deleted_from is None else min(self._zone_start, deleted_from)
        parts = [
            self._walk_settled(range(window.start, min(window.stop, bound)), newest_first),
            self._walk_each(range(max(window.start, bound), window.stop), newest_first, deleted_from),
        ]
        for part in reversed(parts) if newest_first else parts:
            yield from part

    def _walk_settled(self, window: range, newest_first: bool) -> Iterator[int]:
        blocks = range(window.start // BLOCK, -(-window.stop // BLOCK)) if window else range(0)
        for number in self._dealer.not_all_deleted(blocks, descending=newest_first):
            statuses = self._block(number).statuses
            inside = range(max(window.start, number * BLOCK), min(window.stop, (number + 1) * BLOCK))
            for index in reversed(inside) if newest_first else inside:
                if statuses[index % BLOCK] is not Status.DELETED:
                    yield index

    def _walk_each(self, window: range, newest_first: bool, deleted_from: int | None) -> Iterator[int]:
        for index in reversed(window) if newest_first else window:
            if (deleted_from is not None and index >= deleted_from) or self.status(index) is not Status.DELETED:
                yield index

    # -- inside ----------------------------------------------------------------------------------

    @cached_property
    def _zone_shift(self) -> int:
        return int.from_bytes(derive(self.spec.seed, "processing", self.spec.account_sid)[:8], "little")

    @cached_property
    def _public_key_sid(self) -> str:
        return self.sids.encode(Kind.PUBLIC_KEY, 0)

    def _is_processing(self, index: int) -> bool:
        """Spread the processing ones evenly over the newest end, exactly as many as the mix says."""
        if index < self._zone_start:
            return False
        return (index * self._processing + self._zone_shift) % self._zone < self._processing

    def _bits(self, index: int) -> _Bits:
        keyed = self._hash.copy()
        keyed.update(index.to_bytes(8, "little"))
        digest = keyed.digest()
        return _Bits(
            duration=digest[0] | digest[1] << 8,
            gap=digest[2] | digest[3] << 8,
            latency=digest[4],
            error=digest[5] & 7,
            encryption=digest[8:],
        )

    def _settled_at(self, created: int, bits: _Bits) -> tuple[int, int]:
        """Return when a recording ended and when its file was ready: the newest are cut short by T0."""
        room = self.spec.t0 - created
        lasted = min(distributions.duration(bits.duration), max(1, room - room // 8))
        return created + lasted, created + min(lasted + 1 + bits.latency % 16, room)

    def _updated_at(self, index: int, status: Status, ready: int) -> int:
        if status is Status.PROCESSING:
            return self.instant(index) // SECOND
        return self.deleted_at(index) // SECOND if status is Status.DELETED else ready

    def _dressed(self, recording: Recording, bits: _Bits) -> AdversarialRecording:
        from generators.adversarial import body_of  # brings Hypothesis: only where it is asked for

        body = body_of(self.spec.seed, bits.encryption)
        return AdversarialRecording(**msgspec.structs.asdict(recording), body=body)

    def _encryption(self, bits: _Bits) -> EncryptionDetails:
        from base64 import b64encode

        return EncryptionDetails(
            public_key_sid=self._public_key_sid,
            encrypted_cek=b64encode(bits.encryption[16:48]).decode(),
            iv=b64encode(bits.encryption[:12]).decode(),
        )

    def _run_of(self, index: int) -> range:
        """Return the indices of the run that an index belongs to; the corpus's last run is cut at its end."""
        number, place = divmod(index, BLOCK)
        run = self._block(number).runs[place]
        first = number * BLOCK + run.first
        return range(first, min(first + run.length, self.count))

    def _run_instants(self, run: range) -> list[int]:
        """Place a run in its slot of the rhythm: at a call's real distances, or closer where room is short."""
        offsets = [0]
        bits = first = self._bits(run.start)
        for index in run[1:]:
            lasted = distributions.duration(bits.duration)
            bits = self._bits(index)
            offsets.append(offsets[-1] + (lasted + 2) * SECOND + bits.gap * _GAP)
        start = self._rhythm.instant(run.start)
        slot = self._rhythm.instant(run.stop) - start
        room = slot - offsets[-1]
        if room > 0:
            start += room * first.gap >> 16
            return [start + offset for offset in offsets]
        squeezed = slot - len(offsets)  # a microsecond each is theirs, the rest keeps the proportions
        return [start + turn + offset * squeezed // (offsets[-1] + 1) for turn, offset in enumerate(offsets)]

    def _of_parent(self, kind: Kind, sid: str) -> range:
        index = self.sids.decode(kind, sid)
        if index is None or index >= self.count:
            return range(0)
        run = self._block(index // BLOCK).runs[index % BLOCK]
        of_kind = kind is Kind.CALL or run.source in CONFERENCE_SOURCES
        return self._run_of(index) if of_kind and run.first == index % BLOCK else range(0)
