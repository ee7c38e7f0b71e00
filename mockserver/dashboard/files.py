"""The page, and its other files as the repository has them: no build step changes them."""

import re
from base64 import b64encode
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path

import msgspec

_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
}
_INDEX = "index.html"
_STYLES = ("tokens.css", "app.css")
_FIRST_MODULES = ("api.js", "app.js")
"""The first asks for data as soon as it is there; the second imports what the first view needs. The page loads the
other views when it has shown this one.
"""
_IMPORT = re.compile(rb'^import .*? from "\./([\w-]+\.js)";$', re.MULTILINE)


class PageFile(msgspec.Struct, frozen=True):
    """A file of the page."""

    body: bytes
    media_type: bytes
    etag: bytes


class StyledPage(PageFile, frozen=True):
    """The page. Its styles are in it, so that a browser paints before it asks for anything else."""

    style_source: bytes
    """What a policy names to allow these styles."""


@cache
def read_page(is_open: bool) -> StyledPage:
    """Return the page.

    Args:
        is_open: True if the server requires no token. The page then does not ask if its browser is signed in.
    """
    styles = b"".join((_FOLDER / name).read_bytes() for name in _STYLES)
    body = (_FOLDER / _INDEX).read_bytes().replace(b"<style></style>", b"<style>%s</style>" % styles)
    if is_open:
        body = body.replace(b"<html ", b"<html data-open ")
    return StyledPage(
        body=body,
        media_type=_MEDIA_TYPES[".html"],
        etag=_make_etag(body),
        style_source=b"'sha256-%s'" % b64encode(sha256(styles).digest()),
    )


@cache
def read_file(name: str) -> PageFile | None:
    """Return a file by its name, or None if the page has no such file."""
    if name not in list_names():
        return None
    path = _FOLDER / name
    body = path.read_bytes()
    return PageFile(body=body, media_type=_MEDIA_TYPES[path.suffix], etag=_make_etag(body))


def _make_etag(body: bytes) -> bytes:
    return b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()


@cache
def list_names() -> tuple[str, ...]:
    """Return the names of all files of the page."""
    return tuple(sorted(path.name for path in _FOLDER.iterdir() if path.suffix in _MEDIA_TYPES))


@cache
def list_first_modules() -> tuple[str, ...]:
    """Return the names of the modules that the page needs for its first view, each after those that import it."""
    names = list(_FIRST_MODULES)
    for name in names:  # grows while it is walked
        names += (
            found for match in _IMPORT.findall((_FOLDER / name).read_bytes()) if (found := match.decode()) not in names
        )
    return tuple(names)
