"""The lines of an export."""

from typing import Any

import msgspec

from mockserver.account.overrides import AccountOverrides
from scenarios.rules import Then

FORMAT = 1
"""A new number for every change of the lines after which older exports cannot be read."""

Pairs = tuple[tuple[str, str], ...]


class ClockLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The clock at the time of the export."""

    at: str
    rate: float


class ExportHeader(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="export", tag_field="kind"
):
    """The first line: what the file is, and what the account needs besides its commands."""

    format: int
    recmock: str
    """The version that wrote the file."""
    commands_version: int
    account_sid: str
    auth_token: str
    """The stand-in of the token that the account began with."""
    name: str | None = None
    """Its friendly name."""
    settings: dict[str, Any]
    """The settings of the server that make the account."""
    overrides: AccountOverrides = AccountOverrides()
    clock: ClockLine
    commands: int
    """The number of commands after the beginning."""
    requests: int
    """The number of requests in the file."""
    next_request: int
    """The number of the next request: earlier ones that the file does not have were dropped."""
    generation: int = 0
    """Another number after the journal was emptied: the numbers of requests then began again."""
    is_scrubbed: bool = False
    """True if the texts and numbers of imported recordings are replaced too."""
    note: str
    """What was replaced, and what follows from that."""


class CommandLine(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="command", tag_field="kind"
):
    """A command. That of the first line after the header begins the account."""

    number: int
    at: str
    command: msgspec.Raw


class RuleLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fault rule that was applied to a request."""

    rule_number: int
    reason: str
    then: Then


class ResponseLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The response to a request."""

    status: int
    reason: str | None = None
    next_page_uri: str | None = None
    headers: Pairs = ()
    media_type: str | None = None
    length: int
    recordings: tuple[int, ...] = ()
    """The indices of the first recordings that it shows."""
    found_status: str | None = None
    first_bytes: str = ""
    """The start of the body, if it is text and is still kept."""


class JournaledRequest(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="request",
    tag_field="kind",
):
    """A request in the journal. It stands before the first command that came after its response."""

    number: int
    at: str
    """When the response was sent, on the account's clock."""
    received_at: str
    """When it was received, on the machine's clock."""
    method: str
    path: str
    query: str = ""
    headers: Pairs = ()
    body: str = ""
    binary_body: bytes = b""
    """The body, if it is no text."""
    operation: str | None = None
    seconds: float
    rule: RuleLine | None = None
    wire: str
    next_event: int
    response: ResponseLine


ExportLine = ExportHeader | CommandLine | JournaledRequest
