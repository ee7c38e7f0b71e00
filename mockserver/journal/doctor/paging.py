"""Doctor rules: how a client goes from page to page."""

from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from mockserver.journal import redaction
from mockserver.journal.doctor.report import Evidence, Sighting
from mockserver.journal.journal import Entry
from mockserver.rest.paging import PAGING_PARAMETERS

Pairs = tuple[tuple[str, str], ...]


def find_pages_built_by_hand(evidence: Evidence) -> Iterator[Sighting]:
    """Yield page requests that no list offered: without a token, with an unknown one, or with other parameters."""
    offered: dict[str, list[tuple[str, Pairs]]] = {}
    known_paths: set[str] = set()
    for entry in filter(_is_list_request, evidence.entries):
        pairs = _parse_pairs(entry.query)
        first_values = dict(pairs)
        token = first_values.get("PageToken", "")
        if not token and first_values.get("Page", "0").strip("0"):
            yield Sighting((entry.number,), f"{entry.summary}: Page={first_values['Page'][:20]} without a PageToken")
        elif token.startswith("PA"):
            # The page that offered this token may be missing here: it was dropped, or is older than the journal.
            may_continue = bool(evidence.dropped) or entry.path not in known_paths
            mistake = _describe_mistake(offered.get(token, []), (entry.path, pairs), may_continue)
            if mistake:
                yield Sighting((entry.number,), f"{entry.summary}: {mistake}")
        known_paths.add(entry.path)
        if entry.response.next_page_uri is not None:
            path, _, query = entry.response.next_page_uri.partition("?")
            page = (path, _parse_pairs(query.encode()))
            offered.setdefault(dict(page[1])["PageToken"], []).append(page)


def find_unread_pages(evidence: Evidence) -> Iterator[Sighting]:
    """Yield lists of which the client fetched only the first page, at the default size, although more pages exist."""
    first_pages: dict[tuple[str, Pairs], Entry] = {}
    followed: set[tuple[str, Pairs]] = set()
    for entry in filter(_is_list_request, evidence.entries):
        pairs = _parse_pairs(entry.query)
        names = {name for name, _ in pairs}
        filters = tuple(pair for pair in pairs if pair[0] not in PAGING_PARAMETERS)
        if "PageToken" in names:
            followed.add((entry.path, filters))
        elif entry.response.next_page_uri is not None and "PageSize" not in names:
            first_pages.setdefault((entry.path, filters), entry)
    for listing, entry in first_pages.items():
        if listing not in followed:
            yield Sighting((entry.number,), f"{entry.summary}: its next_page_uri was never followed")


def _is_list_request(entry: Entry) -> bool:
    return entry.operation is not None and entry.operation.startswith("list_")


def _parse_pairs(query: bytes) -> Pairs:
    """Return the parameters sorted by name: the Ruby SDK sorts those of a next page too (WIRE §2.1)."""
    return tuple(sorted(parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="replace")))


def _describe_mistake(
    offered_pages: list[tuple[str, Pairs]], requested_page: tuple[str, Pairs], may_continue: bool
) -> str | None:
    """Describe how a page differs from those that lists offered, or return None if it was or may have been offered."""
    if requested_page in offered_pages:
        return None
    if not offered_pages:
        return None if may_continue else "no earlier next_page_uri contains this PageToken"
    path, pairs = offered_pages[-1]
    if path != requested_page[0]:
        return f"its PageToken belongs to another list, {path}"
    missing, added = Counter(pairs) - Counter(requested_page[1]), Counter(requested_page[1]) - Counter(pairs)
    changes = [f"without {_format_pairs(missing)}"] if missing else []
    return (
        f"next_page_uri was changed: {' and '.join([*changes, *([f'with {_format_pairs(added)}'] if added else [])])}"
    )


def _format_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={redaction.redact_parameter(name, value)}" for name, value in pairs)
