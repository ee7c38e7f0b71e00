"""How fast the time of an account passes."""

import re
from typing import NamedTuple, Self

from mockserver.settings.parsing import BadValueError
from scenarios.clock_mode import ClockMode

_SCALED = r"(?a)(\d{1,7}(?:\.\d{1,3})?)x?"
_RATES = {"real": 1.0, "frozen": 0.0}
_NAMES: dict[float, ClockMode] = {1.0: "real", 0.0: "frozen"}


class ClockRate(NamedTuple):
    """How fast the time of an account passes."""

    rate: float
    """Seconds of the account's clock per real second; 0 if time stands still."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `real`, `frozen`, or a rate such as `60x` or `60`.

        Raises:
            BadValueError: if the text is none of them, or if the rate is out of range.
        """
        match = re.fullmatch(_SCALED, text)
        rate = _RATES.get(text) if match is None else float(match[1])
        if rate is None or (match is not None and not 0 < rate <= 1e6):
            raise BadValueError("real, frozen, or a rate from 0.001x to 1000000x", text)
        return cls(rate)

    @classmethod
    def from_mode(cls, mode: ClockMode, scaled_rate: float | None = None) -> Self:
        """Return the rate of a mode.

        Args:
            scaled_rate: the rate of mode `scaled`, 1 if it is None; the other modes ignore it.
        """
        return cls(_RATES.get(mode, scaled_rate or 1.0))

    @property
    def mode(self) -> ClockMode:
        """The mode: `real` for rate 1, `frozen` for rate 0, else `scaled`."""
        return _NAMES.get(self.rate, "scaled")

    def __str__(self) -> str:
        return _NAMES.get(self.rate, f"{self.rate:g}x")
