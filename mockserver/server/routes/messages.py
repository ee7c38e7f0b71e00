"""Text messages, which programs send beside calls. They are accepted and noted, no more."""

from generators.instants import SECOND
from mockserver.account.commands.messages import CreateMessage
from mockserver.rest.messages import NOT_SENT, parse_message_form
from mockserver.rest.representations.messages import MESSAGE, AcceptedMessage
from mockserver.server.exchange import Exchange
from mockserver.server.results import ResourceValue
from mockserver.server.routes.resource_route import PathParams


def create_message(exchange: Exchange, _: PathParams) -> ResourceValue:
    account, form = exchange.account, parse_message_form(exchange.form)
    message = AcceptedMessage(
        sid=account.apply(CreateMessage(has_media=form.media_count > 0)),
        account_sid=account.sid,
        form=form,
        date_created=account.clock.now() // SECOND,
    )
    exchange.warnings.append(NOT_SENT)
    return ResourceValue(resource_type=MESSAGE, value=message, status=201)
