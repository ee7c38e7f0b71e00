"""Which application answers a proxy request."""

from pathlib import Path

import httptools
import pytest
from starlette.types import Receive, Scope, Send

from mockserver.proxy.certificate_authority import CertificateAuthority
from mockserver.proxy.connection import ConnectionAddresses
from mockserver.proxy.dispatcher import Dispatcher
from mockserver.proxy.forwarding import ForwardingApp
from mockserver.proxy.refusals import RefusingApp

OTHER_URL = b"http://example.test/a"
SERVER = ("127.0.0.1", 4010)


async def own_application(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("no test calls it")


@pytest.mark.parametrize(
    ("client", "allows_tunnels", "kind"),
    [
        (("127.0.0.1", 5000), True, ForwardingApp),
        (("127.9.9.9", 5000), True, ForwardingApp),
        (("::1", 5000), True, ForwardingApp),
        (("192.0.2.1", 5000), True, RefusingApp),
        (("10.0.0.1", 5000), True, RefusingApp),
        (("2001:db8::1", 5000), True, RefusingApp),
        (None, True, RefusingApp),
        (("127.0.0.1", 5000), False, RefusingApp),
    ],
)
def test_only_clients_on_loopback_reach_other_hosts(
    client: tuple[str, int] | None, allows_tunnels: bool, kind: type, tmp_path: Path
) -> None:
    dispatcher = Dispatcher(CertificateAuthority(tmp_path), allows_tunnels=allows_tunnels)
    addresses = ConnectionAddresses(client, SERVER)
    assert type(dispatcher.choose_application(httptools.parse_url(OTHER_URL), addresses, own_application)) is kind
    api_url = httptools.parse_url(b"http://api.twilio.com/")
    assert dispatcher.choose_application(api_url, addresses, own_application) is own_application
