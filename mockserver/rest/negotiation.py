"""What the request says about its client: the wire to use, and the base URL that the client knows."""

import re
from collections.abc import Mapping
from functools import lru_cache

from generators.model import API_VERSION
from generators.sids import SID_DIGITS
from mockserver.rest.errors import make_invalid_parameter_error
from mockserver.rest.header_names import WIRE_HEADER
from mockserver.rest.representations.wires import Wire, WireSetting

_PATH_START = rf"/+{API_VERSION}(?:/+Accounts(?:/+AC{SID_DIGITS}/*)?)?|"
"""The start of a path up to the account. Clients join it from a base URL, so a slash may be there twice."""
_HOST = rb"[A-Za-z0-9.\-_]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{1,45}\](:[0-9]{1,5})?"
_MAX_HOST_BYTES = 260
"""More than the longest host name with a port. What follows is cut off, so that the caches stay small."""
_MAX_WIRE_BYTES = 81
"""One more than an error shows of `X-Mock-Wire`."""
_SDK_PREFIX = b"twilio-"
"""The start of the `User-Agent` of every SDK."""


def merge_slashes(path: str) -> str:
    """Return a path of the API with single slashes up to the account's resources.

    It is unknown what Twilio does with such a path. Behind the account, an empty part is more likely a missing SID.
    """
    match = re.match(_PATH_START, path)
    assert match is not None, "the pattern matches an empty text"
    return f"{re.sub('/+', '/', match[0])}{path[match.end() :]}"


def negotiate(
    headers: Mapping[bytes, bytes], setting: WireSetting, scheme: str, server_address: tuple[str, int]
) -> tuple[Wire, str]:
    """Return the wire and the base URL that a request asks for.

    The wire is that of the request's header, else of the setting, else of User-Agent and Host (DESIGN §5). The base URL
    is scheme and host as the client wrote them, or the server's address if they are missing or invalid.

    Raises:
        TwilioError: 20001 if the header names no wire.
    """
    requested_wire = headers.get(WIRE_HEADER)
    return _negotiate(
        None if requested_wire is None else requested_wire[:_MAX_WIRE_BYTES],
        headers.get(b"host", b"")[:_MAX_HOST_BYTES],
        headers.get(b"user-agent", b"").startswith(_SDK_PREFIX),
        setting,
        scheme,
        server_address,
    )


@lru_cache(maxsize=256)
def _negotiate(
    requested_wire: bytes | None,
    host: bytes,
    is_sdk: bool,
    setting: WireSetting,
    scheme: str,
    server_address: tuple[str, int],
) -> tuple[Wire, str]:
    """Return the wire and the base URL. Cached: a client repeats its headers."""
    return _choose_wire(requested_wire, host, is_sdk, setting), _build_base_url(host, scheme, server_address)


def _choose_wire(requested_wire: bytes | None, host: bytes, is_sdk: bool, setting: WireSetting) -> Wire:
    if requested_wire is not None:
        try:
            return Wire(requested_wire.decode("latin-1"))
        except ValueError:
            raise make_invalid_parameter_error(
                "X-Mock-Wire", "twilio or schema", requested_wire.decode("latin-1")
            ) from None
    if setting is not WireSetting.AUTO:
        return Wire(setting.value)
    name = host.partition(b":")[0].lower().removesuffix(b".")
    believes = is_sdk or (len(host) < _MAX_HOST_BYTES and (b"." + name).endswith(b".twilio.com"))
    return Wire.TWILIO if believes else Wire.SCHEMA


def _build_base_url(host: bytes, scheme: str, server_address: tuple[str, int]) -> str:
    if not re.fullmatch(_HOST, host):
        host = "{}:{}".format(*server_address).encode()
    return f"{scheme}://{host.decode()}"
