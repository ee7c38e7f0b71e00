"""Endpoints for whole timelines, and for what happened to one recording."""

from itertools import islice

from mockserver.control.endpoints.endpoint import Endpoint, PathParams, get_account
from mockserver.control.views.history import MAX_ITEMS, HistoryView, serialize_history
from mockserver.control.views.timelines import WholeTimelineView, serialize_whole_timelines
from mockserver.server.exchange import Exchange

_MAX_TIMELINES = 100


async def list_timelines(exchange: Exchange, path: PathParams) -> list[WholeTimelineView]:
    account = get_account(exchange, path)
    limit = exchange.parameters.get_integer("limit", default=_MAX_TIMELINES, minimum=1)
    waiting = islice(account.state.playing, min(limit, _MAX_TIMELINES))
    return list(serialize_whole_timelines(account, waiting))


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
