"""Origins of URLs: scheme, host and port, without a path."""

import re

ORIGIN_PATTERN = r"[Hh][Tt][Tt][Pp][Ss]?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?"
"""The pattern of an origin. A slash at its end has no meaning."""
_ORIGIN = r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?/?"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LARGEST_PORT = 65535


def normalize_origin(text: str) -> str:
    """Return an origin in lower case, without the default port of its scheme and without a slash at its end.

    Raises:
        ValueError: if the text is not an origin. The message is a sentence.
    """
    match = re.fullmatch(_ORIGIN, text.lower())
    port = None if match is None or match["port"] is None else int(match["port"])
    if match is None or (port is not None and not 0 < port <= _LARGEST_PORT):
        raise ValueError(f"expected an http or https URL of a host without a path, found {text!r}")
    suffix = "" if port in (None, _DEFAULT_PORTS[match["scheme"]]) else f":{port}"
    return f"{match['scheme']}://{match['host']}{suffix}"
