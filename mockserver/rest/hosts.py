"""The hosts of Twilio that the mock stands in for, the host to which it redirects media, and names of this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

API_HOST = "api.twilio.com"
MEDIA_HOST = "media-cdn.twilio.com"
"""The mock's own name for a CDN. The local CA can sign only for names below twilio.com."""
TWILIO_DOMAIN = ".twilio.com"
_LOOPBACK_NAME = "localhost"
_LOOPBACK_NUMBERS = {"127.0.0.1": "127.0.0.1", "::1": "[::1]"}
"""The addresses that `localhost` may stand for, as they are written in a URL."""


def choose_media_base_url(base_url: str, *, is_proxied: bool, server_host: str) -> str:
    """Return the scheme and host of the media links for a client, another host than its own if it can reach one.

    Args:
        base_url: the scheme and host that the client uses.
        is_proxied: True if the request came through the proxy, where every name below twilio.com is the mock.
        server_host: the address at which the server received the request.
    """
    url = urlsplit(base_url)
    name = (url.hostname or "").lower()
    if is_proxied and name == API_HOST:
        host = MEDIA_HOST
    elif name == _LOOPBACK_NAME:
        host = _LOOPBACK_NUMBERS.get(server_host, "127.0.0.1")
    elif name in _LOOPBACK_NUMBERS:
        host = _LOOPBACK_NAME
    else:
        return base_url
    port = "" if url.port is None else f":{url.port}"
    return f"{url.scheme}://{host}{port}"


def is_other_twilio_host(host: str) -> bool:
    """Return True for a host of Twilio's, with or without a port, that is not the one of the API."""
    name = host.partition(":")[0].lower()
    return name.endswith(TWILIO_DOMAIN) and name != API_HOST


def is_loopback_name(name: str) -> bool:
    """Return True for a host name in lower case, or an address, that only this machine can have."""
    if name == _LOOPBACK_NAME or name.endswith(f".{_LOOPBACK_NAME}"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_origin_trusted(origin: bytes, public_url: str | None, server_host: str) -> bool:
    """Return True if a page's origin is on this machine, or at the public URL.

    Args:
        origin: the value of `Origin`.
        server_host: the address at which the server received the request. It counts if it is a number: a name could
            be the page's own, which points to this machine (DNS rebinding).
    """
    try:
        name = urlsplit(origin.decode("latin-1")).hostname or ""
    except ValueError:  # half an IPv6 address
        return False
    if is_loopback_name(name) or (public_url is not None and name == urlsplit(public_url).hostname):
        return True
    try:
        return ip_address(name) == ip_address(server_host)
    except ValueError:
        return False
