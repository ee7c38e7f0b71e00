"""The routes of the control API: plain JSON for tests, scripts and the command line."""

from starlette.routing import Route

from generators.corpus.explain_sid import SidExplanation
from generators.sids import Kind, is_sid
from mockserver import __version__
from mockserver.account.account import Account
from mockserver.account.sid_lookup import explain_sid
from mockserver.control.endpoints.accounts import ACCOUNTS
from mockserver.control.endpoints.callbacks import CALLBACKS
from mockserver.control.endpoints.endpoint import Endpoint, PathParams
from mockserver.control.endpoints.faults import FAULTS
from mockserver.control.endpoints.recordings import RECORDINGS
from mockserver.control.endpoints.requests import REQUESTS
from mockserver.control.endpoints.scenario import SCENARIO
from mockserver.rest.errors import TwilioError, invalid_parameter
from mockserver.rest.representations.media_types import MEDIA_TYPES, Representation
from mockserver.server.exchange import Exchange, Response
from mockserver.server.media import build_media
from mockserver.server.rendering import render
from mockserver.server.results import RawBody
from scenarios.timeline import Act


async def _health(exchange: Exchange, _: PathParams) -> dict[str, str]:
    return {"status": "ok", "version": __version__}


async def _sid(exchange: Exchange, path: PathParams) -> SidExplanation:
    account_sid = exchange.parameters.text("account") or exchange.mock.demo.sid
    return explain_sid(_account(exchange, account_sid), path["sid"])


async def _payload(exchange: Exchange, path: PathParams) -> Response:
    """Return an add-on's data. No credentials are needed, because Twilio redirects to the add-on's own host."""
    payloads = _account(exchange, path["account_sid"]).payloads
    data = payloads.get_data(payloads.find(path["name"].partition(".")[0]))
    return render(RawBody(data.encode(), MEDIA_TYPES[Representation.JSON]), exchange)


async def _media(exchange: Exchange, path: PathParams) -> Response:
    """Return media as a CDN would: the link is enough, no credentials are needed."""
    if not exchange.mock.settings.media_redirect:
        raise TwilioError(20404, "Media are at this path only with --media-redirect on.")
    account = _account(exchange, path["account_sid"])
    sid, _, form = path["name"].partition(".")
    if form not in ("wav", "mp3"):
        raise TwilioError(20404, "Expected .wav or .mp3.")
    account.scheduler.run_due()
    index = account.recordings.find(sid)
    answer = render(build_media(account, index, form, exchange.parameters.text("RequestedChannels")), exchange)
    account.record_response(None, Act.MEDIA, (index,), 0)  # count the download here, not at the redirect
    exchange.mock.worker.schedule(account)
    return answer


def _account(exchange: Exchange, account_sid: str) -> Account:
    if not is_sid(account_sid, Kind.ACCOUNT):
        raise invalid_parameter("account", "AC and 32 hexadecimal digits", account_sid)
    return exchange.mock.account(account_sid)


_ACCOUNT = "/_mock/accounts/{account}"
CONTROL_ROUTES = (
    Route("/_mock/health", Endpoint(guarded=False, GET=_health)),
    Route("/_mock/sids/{sid}", Endpoint(GET=_sid)),
    Route("/_mock/payloads/{account_sid}/{name}", Endpoint(guarded=False, GET=_payload)),
    Route("/_mock/media/{account_sid}/{name}", Endpoint(guarded=False, GET=_media)),
    *(
        Route(f"{_ACCOUNT}{path}", endpoint)
        for table in (ACCOUNTS, SCENARIO, RECORDINGS, FAULTS, CALLBACKS, REQUESTS)
        for path, endpoint in table.items()
    ),
)
