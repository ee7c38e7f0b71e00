"""Signed links to media, as a CDN has them: they end, and they are the only credentials.

A link needs no state, because its signature proves everything in it. Instants are microseconds since the epoch.
"""

from hashlib import blake2b
from hmac import compare_digest
from urllib.parse import parse_qs

from generators.instants import SECOND
from mockserver.rest.errors import TwilioError

LINK_SECONDS = 300
"""The lifetime of a link: seconds of the account's clock, or real ones if that clock is faster."""
MEDIA_LINKS_PATH = "/_mock/media/"
_SIGNATURE = "Signature="
_DIGEST_SIZE = 16


def build_link(path: str, query: str, key: bytes, now: int, rate: float) -> str:
    """Return a path with a query that holds the end of the link and its signature.

    Args:
        query: the client's own query, which the signature covers.
        rate: account seconds per real second. A client has 300 real seconds on a fast clock too.
    """
    end = now // SECOND + round(LINK_SECONDS * max(1.0, rate))
    signed = f"{path}?{query}{'&' if query else ''}Expires={end}&"
    return f"{signed}{_SIGNATURE}{_sign(signed, key)}"


def check_link(path: str, query: str, key: bytes, now: int, *, has_authorization: bool) -> None:
    """Check a request for a link.

    Raises:
        TwilioError: 400 if the request has an `Authorization` header; 403 if the link was changed or has ended.
    """
    if has_authorization:
        raise TwilioError(
            20001,
            "Media hosts refuse Authorization beside a signed link. Clients must not send the credentials of "
            "api.twilio.com to the host of a redirect.",
            message="Only one auth mechanism allowed",
        )
    unsigned, _, signature = query.rpartition(_SIGNATURE)
    if not compare_digest(signature.encode(), _sign(f"{path}?{unsigned}", key).encode()):
        reason = "The link is not one that this mock signed. Follow the redirect's Location unchanged."
        raise TwilioError(20403, reason, message="Access Denied")
    end = int(parse_qs(unsigned)["Expires"][-1])
    if now >= end * SECOND:
        reason = (
            f"The link ended after {LINK_SECONDS} s. Store the recording's media_url instead, and request it again."
        )
        raise TwilioError(20403, reason, message="Request has expired")


def _sign(text: str, key: bytes) -> str:
    return blake2b(text.encode(), key=key, digest_size=_DIGEST_SIZE).hexdigest()
