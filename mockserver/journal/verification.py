"""Verification: compares the number of matching requests with the expected one, and finds near misses."""

import asyncio
import heapq
from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

import msgspec

from mockserver.journal.journal import Entry, Journal
from mockserver.journal.matching import Mismatch, RequestPattern, find_mismatches, matches

_MAX_LISTED_REQUESTS = 20
_MAX_NEAR_MISSES = 3
Result = TypeVar("Result")


class ExpectedCount(msgspec.Struct, frozen=True):
    """The expected number of requests: a range. None means no upper bound."""

    least: int
    most: int | None = None

    @classmethod
    def from_arguments(
        cls, least: int | None = None, most: int | None = None, exactly: int | None = None
    ) -> "ExpectedCount":
        """Return the range. Without arguments, it is at least one request.

        Raises:
            ValueError: if the arguments contradict each other.
        """
        if exactly is not None:
            if least is not None or most is not None:
                raise ValueError("exactly: expected without min and max, found them too")
            return cls(exactly, exactly)
        if least is not None and most is not None and least > most:
            raise ValueError(f"min: expected at most max, {most}, found {least}")
        if least is None:
            least = 1 if most is None else 0
        return cls(least, most)

    def __str__(self) -> str:
        if self.most == self.least:
            return f"exactly {_format_times(self.least)}"
        if self.most is None:
            return f"at least {_format_times(self.least)}"
        return f"{self.least} to {_format_times(self.most)}" if self.least else f"at most {_format_times(self.most)}"

    def is_met(self, count: int) -> bool:
        """Return True if a number is within the range."""
        return self.least <= count and (self.most is None or count <= self.most)

    def is_always_met(self, count: int) -> bool:
        """Return True if a number is within the range, and any higher number too."""
        return self.least <= count and self.most is None

    def is_never_met(self, count: int) -> bool:
        """Return True if a number is outside of the range, and any higher number too."""
        return self.most is not None and count > self.most


class NearMiss(msgspec.Struct, frozen=True):
    """A request that almost matches."""

    number: int
    request: str
    """The request in one line, with secrets hidden."""
    differences: tuple[str, ...]
    """Such as `PageSize: expected 50, found 20`."""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a verification."""

    is_met: bool
    is_certain: bool
    """False if dropped entries may have matched; `is_met` is then False."""
    why: str
    """A sentence that says what was expected and what was found."""
    count: int
    """The number of matching requests."""
    dropped: int
    """The number of dropped entries that may have matched."""
    requests: tuple[int, ...]
    """The numbers of the last 20 matching requests."""
    near_misses: tuple[NearMiss, ...] = ()
    """At most three, the nearest first. Empty unless there were too few matches."""

    def __str__(self) -> str:
        lines = [self.why]
        for miss in self.near_misses:
            lines += [f"  near miss {miss.request}", *(f"    {difference}" for difference in miss.differences)]
        return "\n".join(lines)


def find_matching_entries(journal: Journal, pattern: RequestPattern, since: int = 0) -> list[Entry]:
    """Return the matching requests in the journal, oldest first.

    Args:
        since: the number of the first request that counts.
    """
    return _finish(find_matching_gradually(journal, pattern, since))


def find_matching_gradually(
    journal: Journal, pattern: RequestPattern, since: int = 0
) -> Generator[None, None, list[Entry]]:
    """Find matching requests like `find_matching_entries`, and pause after each request."""
    found = []
    for entry in [*journal.iter_since(since)]:  # requests arrive in the pauses
        if matches(pattern, entry):
            found.append(entry)
        yield
    return found


def verify(journal: Journal, pattern: RequestPattern, expected_count: ExpectedCount, *, since: int = 0) -> Verification:
    """Check the number of matching requests.

    Args:
        since: the number of the first request that counts.
    """
    return _finish(verify_gradually(journal, pattern, expected_count, since=since))


def verify_gradually(
    journal: Journal, pattern: RequestPattern, expected_count: ExpectedCount, *, since: int = 0
) -> Generator[None, None, Verification]:
    """Check the number of matching requests like `verify`, and pause after each request."""
    dropped = journal.count_dropped(since)
    numbers = [entry.number for entry in (yield from find_matching_gradually(journal, pattern, since))]
    return (yield from _build_verification(journal, pattern, expected_count, since, numbers, dropped))


def _finish(steps: Generator[None, None, Result]) -> Result:
    """Run work to its end without pauses, and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


async def wait_for(
    journal: Journal, pattern: RequestPattern, count: int, *, seconds: float, since: int = 0
) -> Verification:
    """Wait until the journal has a number of matching requests, earlier ones included, and verify that.

    Args:
        seconds: the longest wait, in real time.
        since: the number of the first request that counts.
    """
    numbers = [entry.number for entry in find_matching_entries(journal, pattern, since)]
    dropped = journal.count_dropped(since)
    enough = asyncio.Event()

    def count_match(entry: Entry) -> None:
        if matches(pattern, entry):
            numbers.append(entry.number)
        if len(numbers) >= count:
            enough.set()

    if len(numbers) < count:
        await _wait_for_event(journal.on_arrival(count_match), enough, seconds)
    return _finish(_build_verification(journal, pattern, ExpectedCount(count), since, numbers, dropped))


async def _wait_for_event(remove_listener: Callable[[], None], event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass  # the verification reports the missing requests
    finally:
        remove_listener()


def _build_verification(
    journal: Journal,
    pattern: RequestPattern,
    expected_count: ExpectedCount,
    since: int,
    numbers: list[int],
    dropped: int,
) -> Generator[None, None, Verification]:
    count = len(numbers)
    near_misses: tuple[NearMiss, ...] = ()
    if count < expected_count.least:
        near_misses = yield from _find_near_misses_gradually(journal, pattern, since)
    is_certain = not dropped or expected_count.is_always_met(count) or expected_count.is_never_met(count)
    why = f"Expected {pattern} {expected_count}, found {count}."
    if not is_certain:
        why += f" {describe_dropped(dropped)}"
    return Verification(
        is_met=is_certain and expected_count.is_met(count),
        is_certain=is_certain,
        why=why,
        count=count,
        dropped=dropped,
        requests=tuple(numbers[-_MAX_LISTED_REQUESTS:]),
        near_misses=near_misses,
    )


def _format_times(count: int) -> str:
    return f"{count} time{'s' * (count != 1)}"


def describe_dropped(dropped: int) -> str:
    """Describe the uncertainty that dropped entries cause."""
    return f"{dropped} older requests are no longer in the journal, so the result is uncertain."


def find_near_misses(journal: Journal, pattern: RequestPattern, since: int = 0) -> tuple[NearMiss, ...]:
    """Return the requests with the fewest differences, nearest first, and the newest first among equals."""
    return _finish(_find_near_misses_gradually(journal, pattern, since))


def _find_near_misses_gradually(
    journal: Journal, pattern: RequestPattern, since: int
) -> Generator[None, None, tuple[NearMiss, ...]]:
    nearest: Sequence[tuple[int, int, tuple[Mismatch, ...], Entry]] = ()
    for entry in [*journal.iter_since(since)]:
        mismatches = tuple(find_mismatches(pattern, entry))
        if mismatches:
            weight = sum(mismatch.weight for mismatch in mismatches)
            row = (weight, -entry.number, mismatches, entry)
            nearest = heapq.nsmallest(_MAX_NEAR_MISSES, [*nearest, row], key=lambda row: row[:2])
        yield
    return tuple(
        NearMiss(entry.number, entry.summary, tuple(mismatch.text for mismatch in mismatches))
        for _, _, mismatches, entry in nearest
    )
