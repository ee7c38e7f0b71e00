"""The numbers that rules and triggers have in common, and their bounds."""

from typing import Annotated

from msgspec import Meta

MAX_RULES = 1000
"""The most rules of one kind, answers of a sequence, and recordings that page drift changes after one page."""
MAX_NAMES = 50
"""The most headers or parameters of a pattern."""
MAX_NUMBER = 10**9
"""The largest number of a rule or a trigger."""
Count = Annotated[int, Meta(ge=1, le=MAX_NUMBER)]
WholeNumber = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
Share = Annotated[float, Meta(ge=0, le=1)]
