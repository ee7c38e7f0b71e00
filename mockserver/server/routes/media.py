"""The media of a recording."""

from collections.abc import Mapping

from mockserver.account.resources.recordings import Parent
from mockserver.rest.representations.media_types import split_extension
from mockserver.server.exchange import Exchange
from mockserver.server.results import Media, Redirect


def fetch_recording_media(exchange: Exchange, path: Mapping[str, str]) -> Media | Redirect:
    from mockserver.server.media import build_media  # imports audio, which most servers never need

    recordings = exchange.account.recordings
    index = recordings.find(path["sid"], parent=Parent.from_path(path))
    form = "mp3" if split_extension(exchange.path) == "mp3" else "wav"
    played = build_media(exchange.account, index, form, exchange.parameters.text("RequestedChannels"))
    if exchange.mock.settings.media_redirect:
        query = f"?{exchange.query_string.decode('latin-1')}" if exchange.query_string else ""
        return Redirect(302, f"/_mock/media/{exchange.account.sid}/{path['sid']}.{form}{query}")
    return played
