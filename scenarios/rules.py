"""Rules about requests, as values: which ones are meant, what goes wrong with them, what is expected of them."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scenarios.durations import Duration
from scenarios.operations import Operation

Count = Annotated[int, Meta(ge=1)]
Share = Annotated[float, Meta(ge=0, le=1)]
ErrorStatus = Annotated[int, Meta(ge=400, le=599, description="An HTTP status from 400 to 599.")]
HeaderName = Annotated[
    str, Meta(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$(?!\n)", description="The name of a header, such as User-Agent.")
]
AccountSid = Annotated[
    str, Meta(pattern=r"^AC[0-9a-fA-F]{32}$(?!\n)", description="An AccountSid: AC and 32 hexadecimal digits.")
]


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which requests are meant: all that is given must hold."""

    op: Operation | None = None
    """The operation, such as `list_recordings`."""
    path: str | None = None
    """A shell pattern for the path, such as `*/Recordings/*.mp3`."""
    account: AccountSid | None = None
    """The AccountSid of the path."""
    sid: str | None = None
    """A SID that the path names, or the id of a recording of the scenario."""
    page: Annotated[int, Meta(ge=0)] | None = None
    """Twilio's `Page`: 0 is a list's first."""
    header: dict[HeaderName, str] = {}
    """Shell patterns for request headers, by name."""
    every: Count | None = None
    """Only each n-th of the requests that are meant otherwise."""


class NetworkFault(StrEnum):
    """What becomes of a connection instead of an answer; the names are WireMock's."""

    CONNECTION_RESET_BY_PEER = "connection_reset_by_peer"
    EMPTY_RESPONSE = "empty_response"
    MALFORMED_RESPONSE_CHUNK = "malformed_response_chunk"
    RANDOM_DATA_THEN_CLOSE = "random_data_then_close"
    TRUNCATED_RESPONSE = "truncated_response"
    """Half of the body, then the end of the connection."""


class Uniform(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Any delay between two is as likely as any other."""

    lower: Duration
    upper: Duration


class LogNormal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mostly near the median, sometimes much longer, as real networks are."""

    median: Duration
    sigma: Annotated[float, Meta(ge=0, le=3)]


class Delay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long an answer is held back: one of the three."""

    fixed: Duration | None = None
    uniform: Uniform | None = None
    log_normal: LogNormal | None = None


class ChunkedDribble(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that comes in so many chunks, spread evenly over some time."""

    chunks: Count
    duration: Duration


class Then(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens to a request. Without `status` and `fault` it is answered as ever, only later."""

    status: ErrorStatus | None = None
    code: Count | None = None
    """Twilio's error code; the usual one of the status where it is left out."""
    message: str | None = None
    """Instead of Twilio's message."""
    body: str | None = None
    """Instead of Twilio's error body: what an outage between you and Twilio answers, such as HTML."""
    media_type: Annotated[str, Meta(pattern=r"^[ -~]+$(?!\n)", description="A media type.")] = "text/html"
    """What `body` is."""
    retry_after: Annotated[int, Meta(ge=0)] | None = None
    """Seconds for the `Retry-After` header."""
    enforce_retry_after: bool = False
    """Whoever comes back before that is refused again."""
    fault: NetworkFault | None = None
    delay: Duration | Delay | None = None
    """Real time, on whichever clock: a client's own time-outs run in real time too."""
    chunked_dribble: ChunkedDribble | None = None


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule that makes requests go wrong; of several that apply the first does it."""

    when: When = When()
    then: Then
    times: Count | None = None
    """How often at most."""
    ttl: Duration | None = None
    """For how long on the account's clock, from when it was armed."""
    probability: Share = 1.0
    """Drawn from the seed, the rule, the request and how often that came before: the same in every run."""


class Sequence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Answers in turn, for each path that is meant; the last one repeats."""

    when: When = When()
    answers: Annotated[tuple[ErrorStatus | Literal["ok"] | Then, ...], Meta(min_length=1)]
    """A status, `ok` for the usual answer, or more detail."""


class PageDriftRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens behind a client's back, just after a list page was answered."""

    when: When = When(op=Operation.LIST_RECORDINGS)
    insert: Annotated[int, Meta(ge=0, le=1000)] = 0
    """So many new recordings are completed."""
    delete: Annotated[int, Meta(ge=0, le=1000)] = 0
    """So many of the page's last recordings are deleted: the next page's token names one of them."""
    times: Count = 1
    """After how many pages."""


class Expectation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often a client should do something: at least once where nothing else is said."""

    op: Operation
    sid: str | None = None
    """A SID that the path names, or the id of a recording of the scenario."""
    status: Annotated[int, Meta(ge=100, le=599)] | None = None
    """Only requests that were answered so."""
    min: Annotated[int, Meta(ge=0)] | None = None
    max: Annotated[int, Meta(ge=0)] | None = None
    followed_next_page: bool | None = None
    """Whether a later page was asked for by the `next_page_uri` of the one before."""
