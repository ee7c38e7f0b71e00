"""Amounts of money as Twilio writes them."""

CURRENCY = "USD"


def format_price(amount: int) -> str:
    """Write an amount in 0.00001 of the unit: a string of five decimals, negative where it is charged (WIRE §1.1)."""
    whole, decimals = divmod(abs(amount), 100_000)
    return f"{'-' if amount < 0 else ''}{whole}.{decimals:05}"
