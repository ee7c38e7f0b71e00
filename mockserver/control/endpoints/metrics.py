"""The endpoint of metrics, in the text format of Prometheus. No label names an account or a path."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from mockserver import __version__
from mockserver.account.state.deliveries import DeliveryState
from mockserver.control.endpoints.endpoint import Endpoint, PathParams
from mockserver.control.views.callbacks import count_by_state
from mockserver.journal.request_counts import DURATION_BOUNDS
from mockserver.mock import Mock
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response

if TYPE_CHECKING:
    from mockserver.account.storage.account_saver import AccountSaver

_MEDIA_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


class _Sample(NamedTuple):
    value: float
    labels: Mapping[str, str] = {}
    suffix: str = ""

    def format(self, name: str) -> str:
        """Return the line of the sample. No value of a label has a character that needs an escape."""
        labels = ",".join(f'{label}="{value}"' for label, value in self.labels.items())
        return f"{name}{self.suffix}{f'{{{labels}}}' if labels else ''} {self.value:.15g}"


async def show_metrics(exchange: Exchange, _: PathParams) -> Response:
    """Return the metrics of the requests so far and of the accounts in memory."""
    lines = [*_list_request_metrics(exchange.mock), *_list_account_metrics(exchange.mock)]
    if exchange.mock.saver is not None:
        lines += _list_store_metrics(exchange.mock.saver)
    return Response(200, "".join(f"{line}\n" for line in lines).encode(), _MEDIA_TYPE)


def _list_request_metrics(mock: Mock) -> Iterator[str]:
    counts = mock.request_counts
    yield from _format("recmock_info", "gauge", "The version of the mock.", [_Sample(1, {"version": __version__})])
    yield from _format(
        "recmock_requests_total",
        "counter",
        "Requests by operation and status; an empty operation is a path that none answers.",
        (
            _Sample(count, {"operation": operation or "", "status": str(status)})
            for (operation, status), count in counts.count_by_operation_and_status().items()
        ),
    )
    totals = counts.count_up_to_each_bound()
    bounds = (*(f"{bound:g}" for bound in DURATION_BOUNDS), "+Inf")
    yield from _format(
        "recmock_request_duration_seconds",
        "histogram",
        "Real time from a request to its response, without the sending.",
        (
            *(_Sample(total, {"le": bound}, "_bucket") for bound, total in zip(bounds, totals, strict=True)),
            _Sample(counts.seconds, suffix="_sum"),
            _Sample(totals[-1], suffix="_count"),
        ),
    )
    yield from _format(
        "recmock_faults_total",
        "counter",
        "Requests that a fault rule was applied to, by its network fault, its status, body or delay.",
        (_Sample(count, {"fault": fault}) for fault, count in counts.by_fault.items()),
    )
    yield from _format(
        "recmock_cache_hits_total", "counter", "Requests whose response was in the cache.", [_Sample(counts.cache_hits)]
    )


def _list_account_metrics(mock: Mock) -> Iterator[str]:
    accounts = mock.list_accounts_in_memory()
    callbacks = sum((Counter(count_by_state(account.callbacks)) for account in accounts), Counter[str]())
    yield from _format("recmock_accounts", "gauge", "Accounts in memory.", [_Sample(len(accounts))])
    yield from _format(
        "recmock_callbacks",
        "gauge",
        "Callbacks in the logs of the accounts, by outcome.",
        (_Sample(callbacks[outcome], {"outcome": outcome}) for outcome in DeliveryState),
    )
    yield from _format(
        "recmock_timers_pending",
        "gauge",
        "Timers of the accounts that are still to run.",
        [_Sample(sum(len(account.state.timers) for account in accounts))],
    )
    yield from _format(
        "recmock_journal_dropped_requests",
        "gauge",
        "Requests that the journals of the accounts dropped because they were full.",
        [_Sample(sum(account.journal.dropped for account in accounts))],
    )


def _list_store_metrics(saver: "AccountSaver") -> Iterator[str]:
    yield from _format(
        "recmock_store_append_seconds",
        "summary",
        "Real time of the appends to the store; one may have the changes of many requests.",
        [_Sample(saver.save_seconds, suffix="_sum"), _Sample(saver.save_count, suffix="_count")],
    )
    yield from _format(
        "recmock_store_failures_total", "counter", "Appends that the store failed for.", [_Sample(saver.failure_count)]
    )


def _format(name: str, kind: str, purpose: str, samples: Iterable[_Sample]) -> Iterator[str]:
    """Yield the lines of a metric."""
    yield f"# HELP {name} {purpose}"
    yield f"# TYPE {name} {kind}"
    for sample in samples:
        yield sample.format(name)


METRICS = {"/metrics": Endpoint(GET=show_metrics)}
