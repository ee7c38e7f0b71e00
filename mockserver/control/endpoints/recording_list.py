"""The endpoint for a list of recordings: by their true status, and bounded in a corpus of any size."""

from collections.abc import Iterable
from itertools import islice

from generators.sids import Kind
from mockserver.account.account import Account
from mockserver.account.gradual import Steps, run_between_requests
from mockserver.account.resources.filter import RecordingFilter, build_filtered_listing
from mockserver.account.resources.listing import Listing
from mockserver.control.endpoints.endpoint import PathParams, get_account
from mockserver.control.views.recording_list import RecordingListView, get_true_status, serialize_recording_row
from mockserver.rest.date_filters import parse_created_range
from mockserver.rest.errors import make_invalid_parameter_error
from mockserver.rest.parameters import Parameters
from mockserver.server.exchange import Exchange
from scenarios.statuses import RecordingStatus

_DEFAULT_LIMIT = 50
_MAX_LIMIT = 100
MAX_LOOKED_AT = 10_000
"""The largest number of recordings that a request looks at."""
_STEP_SIZE = 128
"""The number of recordings between two turns of other requests."""


async def list_recordings(exchange: Exchange, path: PathParams) -> RecordingListView:
    """List recordings, newest first. Nothing is counted: a list for a client of Twilio's API is another one."""
    account, query = get_account(exchange, path), exchange.parameters
    status = query.get_choice("status", RecordingStatus)
    limit = min(query.get_integer("limit", default=_DEFAULT_LIMIT, minimum=1), _MAX_LIMIT)
    search = _Search(account, _parse_filter(query), status, limit)
    older_than = await run_between_requests(search.run(query.get_text("older_than")))
    return RecordingListView(
        recordings=[serialize_recording_row(account, index) for index in search.found],
        looked_at=search.looked_at,
        older_than=older_than,
    )


class _Search:
    """Looks for recordings with a status, newest first."""

    def __init__(
        self, account: Account, recording_filter: RecordingFilter, status: RecordingStatus | None, limit: int
    ) -> None:
        self.found: list[int] = []
        self.looked_at = 0
        self._account = account
        self._filter = recording_filter
        self._status = status
        self._limit = limit

    def run(self, older_than: str | None) -> Steps[str | None]:
        """Look on from a recording, and return the SID of the last one, or None at the end of the list.

        The account may change between two steps, so each step finds its place again.

        Raises:
            TwilioError: 20001 if the recording does not exist.
        """
        while True:
            listing = build_filtered_listing(self._account.recordings.recording_index, self._filter)
            positions = [*islice(listing.walk(_find_window(listing, older_than), newest_first=True), _STEP_SIZE + 1)]
            step = positions[:_STEP_SIZE]
            seen = self._look_at(map(listing.index, step))
            if seen == len(positions):
                return None
            if seen:
                older_than = listing.sid(listing.index(positions[seen - 1]))
            if seen < len(step):
                return older_than
            yield

    def _look_at(self, indices: Iterable[int]) -> int:
        """Look at recordings until there are enough, and return at how many."""
        before = self.looked_at
        for index in indices:
            if len(self.found) == self._limit or self.looked_at == MAX_LOOKED_AT:
                break
            self.looked_at += 1
            if self._status is None or get_true_status(self._account, index) == self._status.value:
                self.found.append(index)
        return self.looked_at - before


def _parse_filter(query: Parameters) -> RecordingFilter:
    since, before = parse_created_range(query)
    return RecordingFilter(
        created_since=since,
        created_before=before,
        call_sid=query.get_sid("CallSid", Kind.CALL),
        conference_sid=query.get_sid("ConferenceSid", Kind.CONFERENCE),
        include_deleted=query.get_text("deleted") is None or query.get_boolean("deleted"),
    )


def _find_window(listing: Listing, older_than: str | None) -> range:
    """Return the positions of the list that are older than a recording.

    Raises:
        TwilioError: 20001 if the recording does not exist.
    """
    window = listing.window
    if older_than is None:
        return window
    position = listing.position(older_than)
    if position is None:
        raise make_invalid_parameter_error("older_than", "the SID of a recording of this account", older_than)
    return range(window.start, max(window.start, min(window.stop, position)))
