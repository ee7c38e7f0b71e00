"""The modes of an account's clock."""

from typing import Literal

ClockMode = Literal["real", "frozen", "scaled"]
"""`real`: as fast as real time; `frozen`: the time stands still; `scaled`: at a rate."""
