"""The addresses of this machine, where requests of a call must not reach the server itself."""

import socket
from ipaddress import IPv6Address, ip_address

_ANY_PORT = 9


class OwnPortError(ValueError):
    """The URL leads to this server itself. The message is a sentence."""


def is_own_address(address: str) -> bool:
    """Return True if a connection to the IP address ends on this machine. Nothing is sent.

    Raises:
        ValueError: if the text is not an address.
    """
    ip = ip_address(address)
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    if mapped is not None:
        return is_own_address(str(mapped))
    if ip.is_loopback or ip.is_unspecified:
        return True
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, _ANY_PORT))  # of UDP: this chooses the source address only
            source = probe.getsockname()[0]
    except OSError:  # there is no way to it
        return False
    # The source of a connection to an address of this machine is that address.
    return bool(ip_address(source.partition("%")[0]) == ip_address(address.partition("%")[0]))
