"""Endpoints outside of an account's tree: health, SIDs, and the targets of Twilio's redirects."""

from generators.corpus.explain_sid import SidExplanation
from mockserver.account.resources.explain_sid import explain_sid
from mockserver.control.endpoints.endpoint import Endpoint, PathParams, get_account
from mockserver.control.views.health import HealthView
from mockserver.rest.errors import TwilioError
from mockserver.rest.media_links import check_link
from mockserver.rest.representations.representation import MEDIA_TYPES, Representation
from mockserver.server.exchange import Exchange
from mockserver.server.rendering import render
from mockserver.server.response import Response
from mockserver.server.results import RawBody
from mockserver.server.routes.media import build_media, derive_link_key
from mockserver.settings.choices import MediaRedirect


async def show_health(exchange: Exchange, _: PathParams) -> HealthView:
    return HealthView.from_exchange(exchange)


async def show_sid(exchange: Exchange, path: PathParams) -> SidExplanation:
    account = get_account(exchange, {"account": exchange.parameters.get_text("account") or "demo"})
    return explain_sid(account.recordings.recording_index, path["sid"])


async def fetch_payload_data(exchange: Exchange, path: PathParams) -> Response:
    """Return an add-on's data. No credentials are needed, because Twilio redirects to the add-on's own host."""
    payloads = get_account(exchange, path).payloads
    data = payloads.get_data(payloads.find(path["name"].partition(".")[0]))
    return render(RawBody(data.encode(), MEDIA_TYPES[Representation.JSON]), exchange)


async def fetch_media(exchange: Exchange, path: PathParams) -> Response:
    """Return media as a CDN would: the link is enough, no credentials are needed."""
    redirect = exchange.mock.settings.media_redirect
    if redirect is MediaRedirect.OFF:
        raise TwilioError(20404, "Media are at this path only with --media-redirect on or cdn.")
    account = get_account(exchange, path)
    exchange.set_account(account)  # the download counts here, not at the redirect
    if redirect is MediaRedirect.CDN:
        check_link(
            exchange.path,
            exchange.query_string.decode("latin-1"),
            derive_link_key(account),
            account.clock.now(),
            has_authorization=b"authorization" in exchange.headers,
        )
    sid, _, form = path["name"].partition(".")
    if form not in ("wav", "mp3"):
        raise TwilioError(20404, "Expected .wav or .mp3.")
    index = account.recordings.find(sid)
    return render(build_media(account, index, form, exchange.parameters.get_text("RequestedChannels")), exchange)


PUBLIC = {
    "/health": Endpoint(requires_access=False, GET=show_health),
    "/sids/{sid}": Endpoint(GET=show_sid),
    "/payloads/{account}/{name}": Endpoint(requires_access=False, GET=fetch_payload_data),
    "/media/{account}/{name}": Endpoint(requires_access=False, GET=fetch_media),
}
