"""The files of the page, as the repository has them: no build step changes them."""

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec

_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
}
INDEX = "index.html"
_FIRST_MODULES = ("app.js", "view-recordings.js")
"""What the first view needs, with all that these import. The page loads the other views when it has shown this one."""
_IMPORT = re.compile(rb'^import .*? from "\./([\w-]+\.js)";$', re.MULTILINE)


class PageFile(msgspec.Struct, frozen=True):
    """A file of the page."""

    body: bytes
    media_type: bytes
    etag: bytes


@cache
def read_file(name: str) -> PageFile | None:
    """Return a file by its name, or None if the page has no such file."""
    if name not in list_names():
        return None
    path = _FOLDER / name
    body = path.read_bytes()
    etag = b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
    return PageFile(body=body, media_type=_MEDIA_TYPES[path.suffix], etag=etag)


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
