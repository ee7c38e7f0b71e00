"""Whether requests came as they should, told from the request journal: a verdict with the nearest misses."""

import asyncio
import heapq
from collections.abc import Callable

import msgspec

from mockserver.journal.journal import Entry, Journal
from mockserver.journal.matching import Pattern, differences, matches

_MOST_SHOWN = 20
_NEAR_MISSES = 3


class Times(msgspec.Struct, frozen=True):
    """How often something should have come: from so many times to so many; None for any number more."""

    least: int
    most: int | None = None

    @classmethod
    def of(cls, least: int | None = None, most: int | None = None, exactly: int | None = None) -> "Times":
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
            return f"exactly {_times(self.least)}"
        if self.most is None:
            return f"at least {_times(self.least)}"
        return f"{self.least} to {_times(self.most)}" if self.least else f"at most {_times(self.most)}"

    def hold(self, count: int) -> bool:
        """Tell whether a number of times is right."""
        return self.least <= count and (self.most is None or count <= self.most)

    def hold_whatever(self, count: int) -> bool:
        """Tell whether a number of times is right, and stays so however many more there were."""
        return self.least <= count and self.most is None

    def fail_whatever(self, count: int) -> bool:
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


def found(journal: Journal, pattern: Pattern, since: int = 0) -> list[Entry]:
    """Return the requests that are meant and still kept, the oldest first.

    Args:
        since: the number of the first request that counts.
    """
    return [entry for entry in journal.since(since) if matches(pattern, entry)]


def verify(journal: Journal, pattern: Pattern, times: Times, *, since: int = 0) -> Verification:
    """Judge whether as many requests came as should have.

    Args:
        since: the number of the first request that counts.
    """
    numbers = [entry.number for entry in found(journal, pattern, since)]
    return _judged(journal, pattern, times, since, numbers, journal.lost(since))


async def wait(journal: Journal, pattern: Pattern, count: int, *, seconds: float, since: int = 0) -> Verification:
    """Wait until so many requests have come, those before included, and judge that.

    Args:
        seconds: for how long, in real time.
        since: the number of the first request that counts.
    """
    numbers = [entry.number for entry in found(journal, pattern, since)]
    dropped = journal.lost(since)
    enough = asyncio.Event()

    def arrived(entry: Entry) -> None:
        if matches(pattern, entry):
            numbers.append(entry.number)
        if len(numbers) >= count:
            enough.set()

    if len(numbers) < count:
        await _waited(journal.on_arrival(arrived), enough, seconds)
    return _judged(journal, pattern, Times(count), since, numbers, dropped)


async def _waited(end: Callable[[], None], event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass  # then too few have come, which is what is told
    finally:
        end()


def _judged(
    journal: Journal, pattern: Pattern, times: Times, since: int, numbers: list[int], dropped: int
) -> Verification:
    count = len(numbers)
    is_certain = not dropped or times.hold_whatever(count) or times.fail_whatever(count)
    why = f"Expected {pattern} {times}, found {count}."
    if not is_certain:
        why += f" {dropped_words(dropped)}"
    return Verification(
        is_met=is_certain and times.hold(count),
        is_certain=is_certain,
        why=why,
        count=count,
        dropped=dropped,
        requests=tuple(numbers[-_MOST_SHOWN:]),
        near_misses=near_misses(journal, pattern, since) if count < times.least else (),
    )


def _times(count: int) -> str:
    return f"{count} time{'s' * (count != 1)}"


def dropped_words(dropped: int) -> str:
    """Return the sentence for what cannot be told since entries were dropped."""
    return f"{dropped} older requests are no longer in the journal, so it cannot be told."


def near_misses(journal: Journal, pattern: Pattern, since: int = 0) -> tuple[NearMiss, ...]:
    """Return the requests that are nearest to those that are meant, the nearest first, and of equals the newest."""
    missed = ((tuple(differences(pattern, entry)), entry) for entry in journal.since(since))
    nearest = heapq.nsmallest(
        _NEAR_MISSES,
        ((sum(each.weight for each in differs), -entry.number, differs, entry) for differs, entry in missed if differs),
        key=lambda row: row[:2],
    )
    return tuple(
        NearMiss(entry.number, entry.line, tuple(each.text for each in differs)) for _, _, differs, entry in nearest
    )
