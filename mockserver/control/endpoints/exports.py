"""The endpoint that exports an account, to replay it elsewhere."""

from mockserver.account.gradual import run_between_requests
from mockserver.control.endpoints.endpoint import Endpoint, PathParams, get_account
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response

MEDIA_TYPE = b"application/x-ndjson"


async def export_account(exchange: Exchange, path: PathParams) -> Response:
    """Return the account as lines of JSON. From `since` on, they are only to be read."""
    from mockserver.account.export.writing import ExportWriter  # few accounts are exported
    from mockserver.control.export_source import build_export_source

    account = get_account(exchange, path)
    query = exchange.parameters
    is_scrubbed, since = query.get_boolean("scrub"), query.get_integer("since", default=0, minimum=0)
    writer = ExportWriter(build_export_source(exchange.mock, account), is_scrubbed=is_scrubbed)
    return Response(200, await run_between_requests(writer.write(since)), MEDIA_TYPE)


EXPORTS = {"/export": Endpoint(GET=export_account)}
