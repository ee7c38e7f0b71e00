"""Endpoints for whole timelines, and for what happened to one recording."""

from itertools import islice

from mockserver.control.endpoints.endpoint import Endpoint, PathParams, get_account
from mockserver.control.views.history import MAX_ITEMS, HistoryView, serialize_history
from mockserver.control.views.timelines import WholeTimelineView, serialize_whole_timelines
from mockserver.server.exchange import Exchange

_MAX_TIMELINES = 100
_MAX_ALSO = 200
"""The largest number of other recordings that a request may name."""


async def list_timelines(exchange: Exchange, path: PathParams) -> list[WholeTimelineView]:
    """List the timelines that wait, then those of the recordings named by `also`: so a client sees how they end."""
    account = get_account(exchange, path)
    limit = exchange.parameters.get_integer("limit", default=_MAX_TIMELINES, minimum=1)
    waiting = islice(account.state.playing, min(limit, _MAX_TIMELINES))
    sids = (exchange.parameters.get_text("also") or "").split(",")[:_MAX_ALSO]
    found = map(account.recordings.recording_index.find_index, sids)
    indices = dict.fromkeys([*waiting, *(index for index in found if index is not None)])
    return list(serialize_whole_timelines(account, indices))


async def show_timeline(exchange: Exchange, path: PathParams) -> WholeTimelineView:
    account = get_account(exchange, path)
    index = account.timelines.find_recording_index(path["recording"])
    return next(serialize_whole_timelines(account, (index,)))


async def show_history(exchange: Exchange, path: PathParams) -> HistoryView:
    account = get_account(exchange, path)
    limit = exchange.parameters.get_integer("limit", default=MAX_ITEMS, minimum=1)
    index = account.timelines.find_recording_index(path["recording"])
    return serialize_history(account, index, min(limit, MAX_ITEMS))


TIMELINES = {
    "/timelines": Endpoint(GET=list_timelines),
    "/recordings/{recording}/timeline": Endpoint(GET=show_timeline),
    "/recordings/{recording}/history": Endpoint(GET=show_history),
}
