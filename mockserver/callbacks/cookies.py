"""The cookies of one call (RFC 6265). Apps remember a call by them (WIRE-CALLS §8)."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from mockserver.callbacks.cookie_dates import parse_cookie_date
from mockserver.callbacks.request import Pairs
from mockserver.rest.hosts import is_loopback_name

MAX_COOKIES = 50
MAX_COOKIE_BYTES = 4096
"""The bounds that RFC 6265 §6.1 asks for at least. The oldest cookies make room for new ones."""
_OLDEST_NOW = 946_684_800
"""The year 2000: what an application without a Date header is assumed to have passed."""
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0A-\x1F\x7F]")
_MAX_AGE = re.compile(r"-?[0-9]{1,18}")


class Cookie(msgspec.Struct, frozen=True):
    """A cookie."""

    name: str
    value: str
    domain: str
    """A host name in lower case."""
    path: str = "/"
    expires: int | None = None
    """Seconds on the account's clock; None for the end of the call."""
    is_secure: bool = False
    is_host_only: bool = True
    """False if hosts below the domain get it too."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What a new cookie must have in common with this one to replace it."""
        return self.name, self.domain, self.path


def build_cookie_header(cookies: Iterable[Cookie], url: str, now: int) -> str | None:
    """Return the Cookie header of a request, or None if no cookie belongs to it.

    Args:
        url: the URL of the request.
        now: seconds on the account's clock.
    """
    scheme, host, path = _split_url(url)
    is_trusted = scheme == "https" or is_loopback_name(host)  # as browsers have it: RFC 6265 leaves it open
    found = [
        cookie
        for cookie in cookies
        if not _is_expired(cookie, now)
        and (host == cookie.domain if cookie.is_host_only else _matches_domain(host, cookie.domain))
        and _matches_path(path, cookie.path)
        and (is_trusted or not cookie.is_secure)
    ]
    found.sort(key=lambda cookie: -len(cookie.path))  # the longest path first, then the oldest cookie
    return "; ".join(f"{cookie.name}={cookie.value}" if cookie.name else cookie.value for cookie in found) or None


def store_cookies(cookies: Iterable[Cookie], headers: Pairs, url: str, now: int) -> tuple[Cookie, ...]:
    """Return the cookies after a response. Those that it ends, and those whose time is over, are gone.

    Args:
        headers: the headers of the response. The names are in lower case.
        url: the URL of the request.
        now: seconds on the account's clock.
    """
    date = next((parse_cookie_date(value) for name, value in headers if name == "date"), None)
    jar = {cookie.key: cookie for cookie in cookies}
    for name, value in headers:
        if name == "set-cookie" and (cookie := _parse_cookie(value, url, now, date)) is not None:
            jar[cookie.key] = cookie  # a replaced cookie stays in its place, as RFC 6265 §5.3 wants
    return tuple(cookie for cookie in jar.values() if not _is_expired(cookie, now))[-MAX_COOKIES:]


def _parse_cookie(text: str, url: str, now: int, date: int | None) -> Cookie | None:
    """Parse a Set-Cookie header. None if the cookie must be ignored."""
    pair, _, rest = text.partition(";")
    name, equals, value = pair.partition("=")
    name, value = (name.strip(), value.strip()) if equals else ("", name.strip())
    attributes = _parse_attributes(rest)
    _, host, url_path = _split_url(url)
    domain = attributes.get("domain", "").removeprefix(".").lower()
    is_ignored = (
        not (name or value)
        or len(name) + len(value) > MAX_COOKIE_BYTES
        or _CONTROL_CHARACTERS.search(text) is not None
        or (domain != "" and not _may_set_domain(host, domain))
    )
    if is_ignored:
        return None
    path = attributes.get("path", "")
    return Cookie(
        name=name,
        value=value,
        domain=domain or host,
        path=path if path.startswith("/") else url_path.rpartition("/")[0] or "/",  # its folder (RFC 6265 §5.1.4)
        expires=_find_expiry(attributes, now, date),
        is_secure="secure" in attributes,
        is_host_only=domain == "" or _is_address(host),
    )


def _parse_attributes(text: str) -> dict[str, str]:
    """Return the attributes by name in lower case. The last one of a name counts."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _find_expiry(attributes: dict[str, str], now: int, date: int | None) -> int | None:
    """Return when a cookie ends on the account's clock, which may differ from that of the application.

    Max-Age has precedence over Expires. Of Expires counts how long after the response's Date it is.
    """
    if _MAX_AGE.fullmatch(max_age := attributes.get("max-age", "")):
        return now + int(max_age)
    expires = parse_cookie_date(attributes.get("expires", ""))
    return None if expires is None else now + expires - (_OLDEST_NOW if date is None else date)


def _is_expired(cookie: Cookie, now: int) -> bool:
    return cookie.expires is not None and cookie.expires <= now


def _may_set_domain(host: str, domain: str) -> bool:
    """Return True if a host may set cookies for a domain: for itself, or for one above it with a dot in its name."""
    return host == domain or ("." in domain and _matches_domain(host, domain))


def _matches_domain(host: str, domain: str) -> bool:
    return host == domain or (host.endswith(f".{domain}") and not _is_address(host))


def _matches_path(path: str, cookie_path: str) -> bool:
    return path == cookie_path or (
        path.startswith(cookie_path) and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")
    )


def _split_url(url: str) -> tuple[str, str, str]:
    """Return scheme, host and path. A URL that cannot be requested has none that match."""
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address
        return "", "", "/"
    return parts.scheme, parts.hostname or "", parts.path or "/"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
