"""What a journal keeps of the newest requests only: the start of their answers, and what those triggered."""

from collections import deque
from typing import TYPE_CHECKING

from generators.instants import SECOND

if TYPE_CHECKING:
    from mockserver.journal.effects import Effect

MAX_NEWEST = 256
_MAX_DRIFT = SECOND // 10


class NewestRequests:
    """The newest 256 requests of one journal."""

    def __init__(self) -> None:
        self.bodies: deque[bytes] = deque(maxlen=MAX_NEWEST)
        """The first bytes of the bodies of the answers. The journal adds one with each entry."""
        self._effects: dict[int, Effect] = {}
        """By the number of the request, modulo 256: a new one replaces one that is no longer among the newest."""
        self._replacements: deque[tuple[int, int]] = deque(maxlen=MAX_NEWEST)
        """The latest replacements of the account: the number of requests before each, and the next event after it."""
        self._tick_origin: int | None = None

    def get_body(self, number: int, total: int) -> bytes | None:
        """Return the first bytes of the body of an answer, or None if they are no longer kept.

        Args:
            total: the number of all requests so far.
        """
        place = number - (total - len(self.bodies))
        return self.bodies[place] if place >= 0 else None

    def add_effect(self, effect: "Effect") -> None:
        """Remember what a response triggered. Those of older requests are forgotten."""
        self._effects[effect.number % MAX_NEWEST] = effect

    def note_replacement(self, total: int, next_event: int) -> None:
        """Note that another account replaces the one of all requests so far. What they triggered is forgotten.

        Args:
            total: the number of those requests.
            next_event: the serial number of the next event of the new account.
        """
        self._effects.clear()
        self._replacements.append((total, next_event))

    def find_next_event(self, number: int, next_event: int) -> int:
        """Return the serial number of the first event that came after a request.

        Args:
            number: the number of the request.
            next_event: that serial number in the account of its time: a rollback takes back the numbers of events.
        """
        later = (event for total, event in self._replacements if number < total)
        return min((next_event, *later))

    def find_effect(self, number: int, entry: object) -> "Effect | None":
        """Return what a response triggered, or None if that was nothing, or is forgotten.

        Args:
            entry: the entry of its request.
        """
        effect = self._effects.get(number % MAX_NEWEST)
        return None if effect is None or effect.entry is not entry else effect

    def keep_tick_origin(self, tick_origin: int) -> None:
        """Let an instant be that of tick 0: the ticks of the requests were computed with it."""
        self._tick_origin = tick_origin

    def find_received_at(self, tick: float, tick_origin: int) -> int:
        """Return when a request was received, on the machine's clock, in microseconds since the epoch.

        Args:
            tick: the tick at which it was received.
            tick_origin: the instant of tick 0 on that clock, as it is measured now. Until it differs by a tenth of a
                second, as after a pause of the machine, the first one counts: so the result stays the same.
        """
        if self._tick_origin is None or abs(tick_origin - self._tick_origin) > _MAX_DRIFT:
            self._tick_origin = tick_origin
        return self._tick_origin + round(tick * SECOND)

    def clear(self) -> None:
        """Forget everything about the requests: the journal is emptied."""
        self.bodies.clear()
        self._effects.clear()
        self._replacements.clear()
