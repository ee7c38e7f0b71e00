"""Hypothesis strategies for recordings and list pages, for `@given` tests of code that reads them.

Everything drawn conforms to `recording.schema.json`, and uses all the freedom that the contract leaves: optional keys
may be missing, dates may have any year and zone, strings may hold any text.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis_jsonschema import from_schema

from generators.contract import load_schema
from generators.model import API_VERSION, Source, Status
from generators.page_tokens import MAX_PAGE_SIZE, format_page_token
from generators.sids import SID_DIGITS, Kind

_JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)


def sids(kind: str) -> st.SearchStrategy[str]:
    """Draw SIDs of a kind, such as `"RE"`: two letters and 32 hexadecimal digits of either case."""
    if kind not in list(Kind):
        raise InvalidArgument(f"Expected a kind among {', '.join(Kind)}, found {kind!r}")
    return st.from_regex(rf"\A{kind}{SID_DIGITS}\Z", alphabet=st.characters(codec="ascii"))


def recordings(*, status: str | None = None, source: str | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Draw recordings that conform to the contract, as dictionaries.

    Args:
        status: draw only recordings of this status, one of the contract's.
        source: draw only recordings of this source; the key is then always present.
    """
    fixed = {}
    for name, value, known in (("status", status, Status), ("source", source, Source)):
        if value is not None and value not in list(known):
            raise InvalidArgument(f"Expected {name} to be one of {', '.join(known)}, found {value!r}")
        if value is not None:
            fixed[name] = st.just(str(value))
    fields = {name: _build_property_strategy(name) for name in load_schema()["properties"]} | fixed
    required = {name: fields.pop(name) for name in [*load_schema()["required"], *fixed] if name in fields}
    return st.fixed_dictionaries(required, optional=fields)


def recording_pages(
    *, min_size: int = 0, max_size: int = 50, account_sid: str | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw bodies of the recordings list, with the envelope that SDKs read (WIRE §2).

    Args:
        min_size: the smallest number of recordings on a page.
        max_size: the largest number, which is also the page size; at most 1000.
        account_sid: the account in every URI; any account if left out.
    """
    if not 0 <= min_size <= max_size <= MAX_PAGE_SIZE or max_size == 0:
        raise InvalidArgument(
            f"Expected 0 <= min_size <= max_size <= {MAX_PAGE_SIZE} and a page size of 1 at least, "
            f"found min_size={min_size}, max_size={max_size}"
        )
    owner = sids(Kind.ACCOUNT) if account_sid is None else st.just(account_sid)
    listed = st.lists(recordings(), min_size=min_size, max_size=max_size)
    return st.builds(_build_page, owner, listed, st.integers(0, 1000), st.booleans(), st.just(max_size))


def _build_page(
    account_sid: str, page_recordings: list[dict[str, Any]], page: int, has_more: bool, size: int
) -> dict[str, Any]:
    path = f"/{API_VERSION}/Accounts/{account_sid}/Recordings.json?PageSize={size}"
    start = page * size if page_recordings else 0
    own = [recording | {"account_sid": account_sid} for recording in page_recordings]
    return {
        "first_page_uri": f"{path}&Page=0",
        "end": start + len(own) - 1 if own else 0,
        "previous_page_uri": f"{path}&Page={page - 1}&PageToken={format_page_token(own[0]['sid'], is_after=False)}"
        if own and page
        else None,
        "uri": f"{path}&Page={page}",
        "page_size": size,
        "start": start,
        "recordings": own,
        "next_page_uri": f"{path}&Page={page + 1}&PageToken={format_page_token(own[-1]['sid'], is_after=True)}"
        if own and has_more
        else None,
        "page": page,
    }


def _build_property_strategy(name: str) -> st.SearchStrategy[Any]:
    """Draw the values of a property. Objects are built here: hypothesis-jsonschema 0.23.1 fails on object schemas."""
    declared = load_schema()["properties"][name]
    if name in ("sid", "account_sid", "call_sid"):
        return sids(declared["pattern"][1:3])
    if name == "conference_sid":
        return st.none() | sids(Kind.CONFERENCE)
    if "properties" not in declared:
        return from_schema(declared)
    known = {key: from_schema(inner) for key, inner in declared["properties"].items()}
    objects = st.builds(
        lambda extra, fields: extra | fields,
        st.dictionaries(st.text(max_size=8), _JSON_VALUES, max_size=2),
        st.fixed_dictionaries({}, optional=known),
    )
    return st.none() | objects if "null" in declared["type"] else objects
