"""Prices as Twilio writes them."""

from functools import lru_cache

CURRENCY = "USD"


@lru_cache(maxsize=1024)
def format_price(amount: int) -> str:
    """Format an amount in units of 0.00001: a string with five decimals, negative for a charge (WIRE §1.1)."""
    whole, decimals = divmod(abs(amount), 100_000)
    return f"{'-' if amount < 0 else ''}{whole}.{decimals:05}"
