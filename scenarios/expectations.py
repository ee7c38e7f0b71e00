"""The data model of expectations: which requests a client should make, how often, in which order and when."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scenarios.durations import Duration
from scenarios.numbers import Count, WholeNumber
from scenarios.operations import Operation
from scenarios.statuses import CallbackEvent
from scenarios.triggers import Instant


class Moment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The first time that something happens: exactly one of these. It is about the recording that a request names."""

    callback: CallbackEvent | None = None
    """The event whose callback the receiver answered with 2xx."""
    status: Literal["processing", "completed", "absent", "failed", "deleted"] | None = None
    """The status that the recording reached."""
    op: Operation | None = None
    """The operation that was answered with 2xx."""
    signal: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    """The name of the signal that a test sent."""
    at: Instant | None = None
    """The instant, on the account's clock."""


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of requests in any span of this duration."""

    requests: Count
    """The largest number of requests."""
    per: Duration
    """The span, in real time or on the account's clock: whichever of them is longer between two requests."""


class Expectation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often a client should make a request, and when: at least once, unless a key says otherwise."""

    op: Operation
    """The operation, such as `list_recordings`."""
    sid: str | None = None
    """A SID that the path names, or the id of a recording of the scenario."""
    status: Annotated[int, Meta(ge=100, le=599)] | None = None
    """The status of the response."""
    min: WholeNumber | None = None
    """The smallest number of requests."""
    max: WholeNumber | None = None
    """The largest number of requests."""
    followed_next_page: bool | None = None
    """True if the client must request a later page by a `next_page_uri`."""
    after: Moment | None = None
    """All of the requests must come after this moment."""
    before: Moment | None = None
    """All of the requests must come before this moment."""
    within: Duration | None = None
    """The first of the requests must come at most this long after `after`, or after the start of the scenario, on the
    account's clock.
    """
    at_most: Rate | None = None
    """The largest rate of the requests."""
    never: bool = False
    """No such request may come: none after `after`, none before `before`, and none within `within`."""

    @property
    def has_order(self) -> bool:
        """True if it says more than how often the requests come."""
        return self.never or any((self.after, self.before, self.within, self.at_most))
