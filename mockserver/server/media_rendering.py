"""Turns media into a response: the whole, a range of bytes, or none if the client has them."""

import msgspec

from mockserver.rest.byte_ranges import UnsatisfiableRangeError, is_not_modified, parse_range
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response
from mockserver.server.results import Media
from scenarios.operations import RequestKind


def render_media(media: Media, exchange: Exchange) -> Response:
    """Return the response for media. Only a complete download counts for triggers."""
    answer = _render_byte_range(media, exchange)
    is_download = (
        answer.stream is not None and answer.byte_range[1] == media.medium.length and exchange.method != "HEAD"
    )
    kind = RequestKind.MEDIA if is_download else RequestKind.MEDIA_PART
    return msgspec.structs.replace(answer, request_kind=kind, recording_indices=(media.index,))


def _render_byte_range(media: Media, exchange: Exchange) -> Response:
    medium = media.medium
    fixed = ((b"etag", media.etag.encode()), (b"accept-ranges", b"bytes"))
    if is_not_modified(exchange.headers, media.etag):
        return Response(304, headers=fixed)
    try:
        part = parse_range(exchange.headers, media.etag, medium.length)
    except UnsatisfiableRangeError:
        return Response(416, headers=(*fixed, (b"content-range", b"bytes */%d" % medium.length)))
    if part is None:
        return Response(200, media_type=media.media_type, headers=fixed, stream=medium, byte_range=(0, medium.length))
    shown = b"bytes %d-%d/%d" % (part[0], part[1] - 1, medium.length)
    headers = (*fixed, (b"content-range", shown))
    return Response(206, media_type=media.media_type, headers=headers, stream=medium, byte_range=part)
