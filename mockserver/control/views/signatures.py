"""The view of a checked signature."""

from typing import Literal

import msgspec


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what was signed that is another one in what was received."""

    part: Literal["url", "parameter"]
    name: str | None
    """The name of the parameter."""
    signed: str | None
    """None if it was not signed."""
    received: str | None
    """None if it was not received."""


class SignatureView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a signature is right, and why not."""

    is_valid: bool
    verdict: str
    """One sentence."""
    signed_with: str | None
    """The words for the token that signed; None if that is not known."""
    callback: int | None
    """The number of the callback in the log that has this signature; None if there is none, or it is valid anyway."""
    differences: list[DifferenceView]
    expected: str
    """The signature that the URL and the body would have with the account's auth token."""
    signed_text: str
    """The string that it signs."""
