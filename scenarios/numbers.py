"""The numbers that rules and triggers have in common."""

from typing import Annotated

from msgspec import Meta

MAX_NUMBER = 10**9
"""The largest number of a rule or a trigger."""
Count = Annotated[int, Meta(ge=1, le=MAX_NUMBER)]
WholeNumber = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
Share = Annotated[float, Meta(ge=0, le=1)]
