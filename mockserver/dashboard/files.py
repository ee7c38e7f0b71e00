"""The files of the page, as the repository has them: no build step changes them."""

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
WORKER = "worker.js"
"""The module that runs beside the tabs, not in them."""


class PageFile(msgspec.Struct, frozen=True):
    """A file of the page."""

    body: bytes
    media_type: bytes
    etag: bytes


def read_file(name: str) -> PageFile | None:
    """Return a file by its name, or None if the page has no such file."""
    if name not in list_names():
        return None
    path = _FOLDER / name
    body = path.read_bytes()
    etag = b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
    return PageFile(body=body, media_type=_MEDIA_TYPES[path.suffix], etag=etag)


def list_names() -> list[str]:
    """Return the names of all files of the page."""
    return sorted(path.name for path in _FOLDER.iterdir() if path.suffix in _MEDIA_TYPES)
