"""The Authorization header that answers a challenge: Basic (RFC 7617) or Digest (RFC 7616)."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import urlsplit

from mockserver.callbacks.request import CallbackRequest, UrlCredentials

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER_PATTERN = re.compile(rf'({_TOKEN})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|({_TOKEN}))')
_TOKEN68 = r"[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|\Z))"
"""What some schemes have instead of parameters (RFC 9110 §11.2)."""
_SCHEME_PATTERN = re.compile(rf"({_TOKEN})(?:[ \t]+{_TOKEN68})?(?=[ \t,]|\Z)(?![ \t]*=)")
_SEPARATORS = " \t,"
_ESCAPED_PATTERN = re.compile(r"\\(.)")
_HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "sha-256": hashlib.sha256,
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False),
}
"""The algorithms of Digest. The first that the receiver offers is used."""
_NONCE_COUNT = "00000001"
_UNAUTHORIZED = 401


class Challenge(NamedTuple):
    """A challenge of a WWW-Authenticate header. Names are in lower case."""

    scheme: str
    parameters: dict[str, str]


class DigestRequest(NamedTuple):
    """What a Digest response covers."""

    method: str
    target: str
    """Path and query."""
    body: bytes
    client_nonce: str


def answer_challenges(
    request: CallbackRequest, status: int | None, challenges: Sequence[str]
) -> tuple[str, str] | None:
    """Return the scheme and the Authorization header for a second request, or None if a second one makes no sense.

    Twilio sends the credentials of a URL only after a 401 with a challenge (WIRE §17).

    Args:
        status: the status of the first response.
        challenges: the values of its WWW-Authenticate headers.
    """
    if status != _UNAUTHORIZED or request.credentials is None:
        return None
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    nonce = request.signed_text.encode()  # of this request alone, and the same in every run
    covered = DigestRequest(request.method, target, request.body, blake2b(nonce, digest_size=8).hexdigest())
    return build_authorization(challenges, request.credentials, covered)


def build_authorization(
    headers: Sequence[str], credentials: UrlCredentials, request: DigestRequest
) -> tuple[str, str] | None:
    """Return the scheme and the header value that answer the best challenge, or None if none can be answered.

    Args:
        headers: the values of WWW-Authenticate.
    """
    challenges = [challenge for header in headers for challenge in parse_challenges(header)]
    for algorithm in _HASHES:
        for challenge in challenges:
            name = challenge.parameters.get("algorithm", "MD5").lower()
            if challenge.scheme == "digest" and name.removesuffix("-sess") == algorithm and _has_known_qop(challenge):
                return "Digest", _build_digest(challenge.parameters, credentials, request)
    if any(challenge.scheme == "basic" for challenge in challenges):
        return "Basic", f"Basic {b64encode(':'.join(credentials).encode()).decode()}"
    return None


def parse_challenges(header: str) -> Iterator[Challenge]:
    """Yield the challenges of a header value. What follows a malformed part is ignored."""
    challenge: Challenge | None = None
    rest = header.lstrip(_SEPARATORS)
    while rest:
        parameter = _PARAMETER_PATTERN.match(rest)
        scheme = _SCHEME_PATTERN.match(rest)
        if parameter is not None and challenge is not None:
            name, quoted, plain = parameter.groups()
            challenge.parameters[name.lower()] = plain if quoted is None else _ESCAPED_PATTERN.sub(r"\1", quoted)
            rest = rest[parameter.end() :].lstrip(_SEPARATORS)
        elif scheme is not None:
            if challenge is not None:
                yield challenge
            challenge = Challenge(scheme[1].lower(), {})
            rest = rest[scheme.end() :].lstrip(_SEPARATORS)
        else:
            break
    if challenge is not None:
        yield challenge


def _get_qops(parameters: dict[str, str]) -> list[str]:
    return [qop.strip().lower() for qop in parameters.get("qop", "").split(",") if qop.strip()]


def _has_known_qop(challenge: Challenge) -> bool:
    """Return True if the receiver accepts a kind of protection that `_build_digest` knows."""
    qops = _get_qops(challenge.parameters)
    return not qops or "auth" in qops or "auth-int" in qops


def _build_digest(parameters: dict[str, str], credentials: UrlCredentials, request: DigestRequest) -> str:
    algorithm = parameters.get("algorithm", "MD5")
    realm, nonce = parameters.get("realm", ""), parameters.get("nonce", "")
    hash_function = _HASHES[algorithm.lower().removesuffix("-sess")]

    def digest(*parts: str) -> str:
        return hash_function(":".join(parts).encode()).hexdigest()

    secret = digest(credentials.username, realm, credentials.password)
    if algorithm.lower().endswith("-sess"):
        secret = digest(secret, nonce, request.client_nonce)
    qops = _get_qops(parameters)
    qop = "auth" if "auth" in qops else "auth-int" if qops else ""
    covered = [request.method, request.target]
    if qop == "auth-int":
        covered.append(hash_function(request.body).hexdigest())
    protection = (nonce, _NONCE_COUNT, request.client_nonce, qop) if qop else (nonce,)
    fields = {"username": credentials.username, "realm": realm, "nonce": nonce, "uri": request.target}
    fields["response"] = digest(secret, *protection, digest(*covered))
    if "opaque" in parameters:
        fields["opaque"] = parameters["opaque"]
    if qop:
        fields["cnonce"] = request.client_nonce
    quoted = [f'{name}="{_escape(value)}"' for name, value in fields.items()]
    plain = [f"algorithm={algorithm}"] if "algorithm" in parameters else []
    if qop:
        plain += [f"qop={qop}", f"nc={_NONCE_COUNT}"]
    return f"Digest {', '.join([*quoted, *plain])}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
