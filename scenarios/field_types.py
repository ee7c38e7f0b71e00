"""The types of a recording's fields in a scenario: SIDs, durations in seconds, and amounts of money."""

from typing import Annotated

from msgspec import Meta

from generators.distributions import MAX_CALL_DURATION
from generators.sids import SID_DIGITS, describe_sid

# `$` alone would accept a line break at the end.
_SID_DIGITS = rf"{SID_DIGITS}$(?!\n)"

AccountSid = Annotated[str, Meta(pattern=f"^AC{_SID_DIGITS}", description=f"An AccountSid: {describe_sid('AC')}.")]
CallSid = Annotated[str, Meta(pattern=f"^CA{_SID_DIGITS}", description=f"A call's SID: {describe_sid('CA')}.")]
ConferenceSid = Annotated[
    str, Meta(pattern=f"^CF{_SID_DIGITS}", description=f"A conference's SID: {describe_sid('CF')}.")
]
RecordingSid = Annotated[
    str, Meta(pattern=f"^RE{_SID_DIGITS}", description=f"A recording's SID: {describe_sid('RE')}.")
]
_SECONDS_PATTERN = r"^0{0,8}(?:[0-9]{1,4}|[1-7][0-9]{4}|8[0-5][0-9]{3}|86[0-3][0-9]{2}|86400)$(?!\n)"
"""Numbers up to the longest duration."""
Seconds = Annotated[
    Annotated[int, Meta(ge=0, le=MAX_CALL_DURATION)] | Annotated[str, Meta(pattern=_SECONDS_PATTERN)],
    Meta(description=f"Whole seconds from 0 to {MAX_CALL_DURATION} (24 hours), such as 12."),
]
Price = Annotated[
    Annotated[int, Meta(gt=-(10**9), lt=10**9)]
    | Annotated[float, Meta(gt=-1e9, lt=1e9)]
    | Annotated[str, Meta(pattern=r"^-?[0-9]{1,9}(?:\.[0-9]{1,9})?$(?!\n)")],
    Meta(description='A decimal number, such as "-0.00250".'),
]
ErrorCode = Annotated[int, Meta(gt=-(10**9), lt=10**9, description="A code of Twilio's, such as 16107.")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", description="A currency such as USD.")]
