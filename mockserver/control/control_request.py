"""A row of the table of the control API's requests."""

from collections.abc import Sequence
from typing import NamedTuple


class ControlRequest(NamedTuple):
    """A row of the table."""

    method: str
    path: str
    """The path below `/_mock`."""
    purpose: str
    bodies: Sequence[str] = ()
    """Examples of the JSON body. Together they have every field."""
    query: str = ""
    """An example of the query."""
