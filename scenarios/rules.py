"""The data model of rules: which requests they match, and what they do or expect."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from generators.sids import SID_DIGITS, describe_sid
from scenarios.durations import Duration
from scenarios.numbers import MAX_NAMES, MAX_RULES, Count, Share, WholeNumber
from scenarios.operations import Operation
from scenarios.windows import Windowed

ErrorStatus = Annotated[int, Meta(ge=400, le=599, description="An HTTP status from 400 to 599.")]
HeaderName = Annotated[
    str, Meta(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$(?!\n)", description="The name of a header, such as User-Agent.")
]
ERROR_STATUS = 400
"""The lowest status of an error."""
AnswerStatus = Annotated[int, Meta(ge=200, le=599, description="An HTTP status from 200 to 599.")]
HeaderValue = Annotated[
    str,
    Meta(
        pattern=r"^[\t -~\x80-\xff]*$(?!\n)",
        max_length=8000,
        description="The value of a header, without a line break.",
    ),
]
AccountSid = Annotated[
    str, Meta(pattern=rf"^AC{SID_DIGITS}$(?!\n)", description=f"An AccountSid: {describe_sid('AC')}.")
]


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A request matcher. All given conditions must hold."""

    op: Operation | None = None
    """The operation, such as `list_recordings`."""
    path: str | None = None
    """A shell pattern for the path, such as `*/Recordings/*.mp3`."""
    account: AccountSid | None = None
    """The AccountSid in the path."""
    sid: str | None = None
    """A SID that the path names, or the id of a recording of the scenario."""
    page: WholeNumber | None = None
    """Twilio's `Page`: 0 is the first page of a list."""
    header: Annotated[dict[HeaderName, str], Meta(max_length=MAX_NAMES)] = {}
    """Shell patterns for request headers, by name."""
    method: Literal["GET", "HEAD", "POST", "DELETE"] | None = None
    """The HTTP method."""
    query: Annotated[dict[str, str], Meta(max_length=MAX_NAMES)] = {}
    """Shell patterns for parameters of the query, by name, such as `PageSize: "1000"`."""
    body: Annotated[dict[str, str], Meta(max_length=MAX_NAMES)] = {}
    """Shell patterns for fields of the form in the body, by name, such as `Status: stopped`."""
    every: Count | None = None
    """Only each n-th of the requests that match otherwise."""


class NetworkFault(StrEnum):
    """What happens to the connection instead of a response. The names are WireMock's."""

    CONNECTION_RESET_BY_PEER = "connection_reset_by_peer"
    EMPTY_RESPONSE = "empty_response"
    MALFORMED_RESPONSE_CHUNK = "malformed_response_chunk"
    RANDOM_DATA_THEN_CLOSE = "random_data_then_close"
    TRUNCATED_RESPONSE = "truncated_response"
    """Half of the body, then the end of the connection."""


class Uniform(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A uniform distribution between two durations."""

    lower: Duration
    """The shortest delay."""
    upper: Duration
    """The longest delay."""


class LogNormal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A log-normal distribution: mostly near the median, sometimes much longer, like real networks."""

    median: Duration
    """The delay that half of the responses stay below."""
    sigma: Annotated[float, Meta(ge=0, le=3)]
    """The spread: 0 for none, 0.4 for a usual network."""


class Delay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The delay of a response: exactly one of the three."""

    fixed: Duration | None = None
    """The same delay for every response."""
    uniform: Uniform | None = None
    """Any delay between two, all equally likely."""
    log_normal: LogNormal | None = None
    """Mostly a short delay, sometimes a much longer one."""


class ChunkedDribble(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that is sent in a number of chunks, spread evenly over a duration."""

    chunks: Count
    """The number of chunks."""
    duration: Duration
    """The real time that the body takes."""


class Then(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The effect on a request. Without `status` and `fault`, the usual response is only delayed."""

    status: AnswerStatus | None = None
    """The status of the response. From 400 on, the body is Twilio's error; else it is empty."""
    code: Count | None = None
    """Twilio's error code; the usual one of the status if left out."""
    message: str | None = None
    """Replaces Twilio's message."""
    body: str | None = None
    """Replaces the body, for example with the HTML of a proxy between you and Twilio."""
    media_type: Annotated[str, Meta(pattern=r"^[ -~]+$(?!\n)", description="A media type.")] = "text/html"
    """The media type of `body`."""
    headers: Annotated[dict[HeaderName, HeaderValue], Meta(max_length=MAX_NAMES)] = {}
    """Headers of the response, by name, such as `Location: /login`. They replace the usual ones of these names."""
    retry_after: WholeNumber | None = None
    """The seconds in the `Retry-After` header."""
    enforce_retry_after: bool = False
    """Refuse the same request again until `retry_after` is over, on the account's clock or in real time."""
    fault: NetworkFault | None = None
    """What happens to the connection instead of a response."""
    delay: Duration | Delay | None = None
    """Real time, whatever the clock's mode: the client's own time-outs run in real time too."""
    chunked_dribble: ChunkedDribble | None = None
    """Sends the body slowly, in chunks."""


class Fault(Windowed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule that makes requests fail. The first rule that applies decides."""

    when: When = When()
    """Which requests; all if left out."""
    then: Then
    """What happens to them."""
    times: Count | None = None
    """How often the rule applies at most."""
    probability: Share = 1.0
    """Drawn from the seed, the rule, the request and its count, so it is the same in every run."""


class Sequence(Windowed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sequence of answers. Each matching path has its own position; the last answer repeats."""

    when: When = When()
    """Which requests; all if left out."""
    answers: Annotated[tuple[ErrorStatus | Literal["ok"] | Then, ...], Meta(min_length=1, max_length=MAX_RULES)]
    """A status, `ok` for the usual response, or an effect with more fields."""


class PageDriftRule(Windowed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Changes just after a list page was returned, before the client requests the next one."""

    when: When = When(op=Operation.LIST_RECORDINGS)
    """Which pages, by `op` and `page`; those of all recordings if left out."""
    insert: Annotated[int, Meta(ge=0, le=1000)] = 0
    """The number of completed recordings to create."""
    delete: Annotated[int, Meta(ge=0, le=1000)] = 0
    """The number of the page's last completed recordings to delete: no others can be deleted."""
    times: Count = 1
    """The number of pages after which the rule applies."""
