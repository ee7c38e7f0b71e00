"""Whether requests came as they should, told from the request journal: a verdict with the nearest misses."""

import asyncio
import heapq
from collections.abc import Callable

import msgspec

from mockserver.journal.journal import Entry, Journal
from mockserver.journal.matching import RequestPattern, find_mismatches, matches

_MAX_SHOWN = 20
_NEAR_MISSES = 3


class ExpectedCount(msgspec.Struct, frozen=True):
    """How often something should have come: from so many times to so many; None for any number more."""

    least: int
    most: int | None = None

    @classmethod
    def from_arguments(
        cls, least: int | None = None, most: int | None = None, exactly: int | None = None
    ) -> "ExpectedCount":
        """Return what is meant; at least once where nothing is said.

        Raises:
            ValueError: where no number of times could be right.
        """
        if exactly is not None:
            if least is not None or most is not None:
                raise ValueError("exactly: expected it alone, found min or max too")
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

    def hold(self, count: int) -> bool:
        """Tell whether a number of times is right."""
        return self.least <= count and (self.most is None or count <= self.most)

    def always_hold(self, count: int) -> bool:
        """Tell whether a number of times is right, and stays so however many more there were."""
        return self.least <= count and self.most is None

    def always_fail(self, count: int) -> bool:
        """Tell whether a number of times is wrong, and stays so however many more there were."""
        return self.most is not None and count > self.most


class NearMiss(msgspec.Struct, frozen=True):
    """A request that is not meant, but nearly."""

    number: int
    request: str
    """In a line, secrets hidden."""
    differences: tuple[str, ...]
    """Such as `PageSize: expected 50, found 20`."""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """Whether as many requests came as should have."""

    is_met: bool
    is_certain: bool
    """False where entries that were dropped may have been among those that are meant: it is not met then."""
    why: str
    """What was expected and what was found, in a sentence."""
    count: int
    """How many were found."""
    dropped: int
    """How many entries that could have been meant are no longer in the journal."""
    requests: tuple[int, ...]
    """The numbers of those that were found, the last 20 of them."""
    near_misses: tuple[NearMiss, ...] = ()
    """Where too few were found: at most three, the nearest first."""

    def __str__(self) -> str:
        lines = [self.why]
        for miss in self.near_misses:
            lines += [f"  near miss {miss.request}", *(f"    {difference}" for difference in miss.differences)]
        return "\n".join(lines)


def find_matching(journal: Journal, pattern: RequestPattern, since: int = 0) -> list[Entry]:
    """Return the requests that are meant and still kept, the oldest first.

    Args:
        since: the number of the first request that counts.
    """
    return [entry for entry in journal.since(since) if matches(pattern, entry)]


def verify(journal: Journal, pattern: RequestPattern, times: ExpectedCount, *, since: int = 0) -> Verification:
    """Judge whether as many requests came as should have.

    Args:
        since: the number of the first request that counts.
    """
    numbers = [entry.number for entry in find_matching(journal, pattern, since)]
    return _build_verification(journal, pattern, times, since, numbers, journal.count_dropped(since))


async def wait_for(
    journal: Journal, pattern: RequestPattern, count: int, *, seconds: float, since: int = 0
) -> Verification:
    """Wait until so many requests have come, those before included, and judge that.

    Args:
        seconds: for how long, in real time.
        since: the number of the first request that counts.
    """
    numbers = [entry.number for entry in find_matching(journal, pattern, since)]
    dropped = journal.count_dropped(since)
    enough = asyncio.Event()

    def arrived(entry: Entry) -> None:
        if matches(pattern, entry):
            numbers.append(entry.number)
        if len(numbers) >= count:
            enough.set()

    if len(numbers) < count:
        await _wait_for_event(journal.on_arrival(arrived), enough, seconds)
    return _build_verification(journal, pattern, ExpectedCount(count), since, numbers, dropped)


async def _wait_for_event(end: Callable[[], None], event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass  # then too few have come, which is what is told
    finally:
        end()


def _build_verification(
    journal: Journal, pattern: RequestPattern, times: ExpectedCount, since: int, numbers: list[int], dropped: int
) -> Verification:
    count = len(numbers)
    is_certain = not dropped or times.always_hold(count) or times.always_fail(count)
    why = f"Expected {pattern} {times}, found {count}."
    if not is_certain:
        why += f" {describe_dropped(dropped)}"
    return Verification(
        is_met=is_certain and times.hold(count),
        is_certain=is_certain,
        why=why,
        count=count,
        dropped=dropped,
        requests=tuple(numbers[-_MAX_SHOWN:]),
        near_misses=find_near_misses(journal, pattern, since) if count < times.least else (),
    )


def _format_times(count: int) -> str:
    return f"{count} time{'s' * (count != 1)}"


def describe_dropped(dropped: int) -> str:
    """Return the sentence for what cannot be told since entries were dropped."""
    return f"{dropped} older requests are no longer in the journal, so it cannot be told."


def find_near_misses(journal: Journal, pattern: RequestPattern, since: int = 0) -> tuple[NearMiss, ...]:
    """Return the requests that are nearest to those that are meant, the nearest first, and of equals the newest."""
    missed = ((tuple(find_mismatches(pattern, entry)), entry) for entry in journal.since(since))
    nearest = heapq.nsmallest(
        _NEAR_MISSES,
        ((sum(each.weight for each in differs), -entry.number, differs, entry) for differs, entry in missed if differs),
        key=lambda row: row[:2],
    )
    return tuple(
        NearMiss(entry.number, entry.line, tuple(each.text for each in differs)) for _, _, differs, entry in nearest
    )
