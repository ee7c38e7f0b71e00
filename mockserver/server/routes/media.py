"""The media of a recording: synthesized from its dialogue or read from the user's file, and encrypted if needed.

Import this module late: it imports audio, which most servers never need.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

import msgspec

from generators.audio.encrypted import EncryptedMedium
from generators.audio.mp3 import Mp3
from generators.audio.wav import Medium, Sound, Wav
from generators.content.subresources import build_recording_dialogue
from generators.model import Recording, Status, Track
from generators.seeds import derive_bytes
from mockserver.account.account import Account
from mockserver.account.resources.parent import Parent
from mockserver.rest.errors import TwilioError, make_invalid_parameter_error
from mockserver.rest.hosts import choose_media_base_url
from mockserver.rest.media_links import MEDIA_LINKS_PATH, build_link
from mockserver.rest.representations.representation import get_extension
from mockserver.server.exchange import Exchange
from mockserver.server.results import Media, RedirectResult
from mockserver.server.routes.resource_route import PathParams
from mockserver.settings.choices import MediaRedirect
from scenarios.lifecycle import STATUSES
from scenarios.statuses import RecordingStatus

_MEDIA_TYPES = {"wav": b"audio/x-wav", "mp3": b"audio/mpeg"}  # WIRE §7
_MEDIUM_CLASSES: dict[str, Callable[[Sound], Medium]] = {"wav": Wav, "mp3": Mp3}
_CHUNK_SIZE = 64 * 1024


def fetch_recording_media(exchange: Exchange, path: PathParams) -> Media | RedirectResult:
    recordings = exchange.account.recordings
    index = recordings.find(path["sid"], parent=Parent.from_path(path))
    form = "mp3" if get_extension(exchange.path) == "mp3" else "wav"
    media = build_media(exchange.account, index, form, exchange.parameters.get_text("RequestedChannels"))
    redirect = exchange.mock.settings.media_redirect
    return media if redirect is MediaRedirect.OFF else _build_redirect(exchange, f"{path['sid']}.{form}", redirect)


def derive_link_key(account: Account) -> bytes:
    """Return the key that signs the links to an account's media."""
    return derive_bytes(account.corpus.spec.seed, "media links", account.sid)


def _build_redirect(exchange: Exchange, name: str, redirect: MediaRedirect) -> RedirectResult:
    account, path = exchange.account, f"{MEDIA_LINKS_PATH}{exchange.account.sid}/{name}"
    query = exchange.query_string.decode("latin-1")
    if redirect is MediaRedirect.ON:
        return RedirectResult(302, f"{path}?{query}" if query else path)
    link = build_link(path, query, derive_link_key(account), account.clock.now(), account.clock.rate)
    base_url = choose_media_base_url(
        exchange.base_url, is_proxied=exchange.is_proxied, server_host=exchange.server_host
    )
    return RedirectResult(302, link, base_url)


class FileMedium:
    """The user's own file, opened when a client requests it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        stat = path.stat()
        self.length = stat.st_size
        self.modified_at = stat.st_mtime_ns

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop` in chunks."""
        with self.path.open("rb") as file:
            file.seek(start)
            while start < stop and (piece := file.read(min(_CHUNK_SIZE, stop - start))):
                start += len(piece)
                yield piece


def build_media(
    account: Account, index: int, extension: str, requested_channels: str | None, *, is_for_control: bool = False
) -> Media:
    """Return the media of a recording.

    Args:
        is_for_control: True for what clients never get: the sound of encrypted recordings, and of deleted ones.
        extension: `wav` or `mp3`.
        requested_channels: the value of `RequestedChannels`; None selects the format of the recording's creation, which
            is mono for a conference.

    Raises:
        TwilioError: 20404 if the recording has no media; 16109 for an encrypted recording as mp3; 16113 for two
            channels of a mono recording; 20001 for any other number of channels.
    """
    recording_index = account.recordings.recording_index
    recording = recording_index.get_even_if_deleted(index) if is_for_control else recording_index.get(index)
    if recording.status is not Status.COMPLETED:
        why_no_media = STATUSES[RecordingStatus(recording.status)].no_media
        why = f"{recording.sid} is {recording.status.value}, so it has no media{why_no_media}."
        raise TwilioError(20404, why, found_status=recording.status)
    encryption = None if is_for_control else recording.encryption
    if encryption is not None and extension == "mp3":
        raise TwilioError(16109, f"{recording.sid} is encrypted: only its encrypted WAV can be fetched.")
    channels = _choose_channels(recording, requested_channels)
    medium = _build_medium(account, recording, index, extension, channels)
    facts = f"{recording.sid} {recording.duration} {channels} {extension} {medium.length}"
    if recording.track is not Track.BOTH:
        facts += f" {recording.track}"
    if recording.turns is not None:
        facts += f" {blake2b(msgspec.json.encode(recording.turns)).hexdigest()}"
    if isinstance(medium, FileMedium):
        facts += f" {medium.modified_at}"
    etag = f'"{blake2b(facts.encode(), digest_size=16).hexdigest()}"'
    if encryption is not None:
        medium = EncryptedMedium(medium, encryption.content_key, encryption.iv)
    return Media(medium, _MEDIA_TYPES[extension], etag, index)


def _choose_channels(recording: Recording, requested_channels: str | None) -> int:
    is_conference = recording.conference_sid is not None
    if requested_channels is None:
        return 1 if is_conference else recording.channels
    if requested_channels not in ("1", "2"):
        raise make_invalid_parameter_error("RequestedChannels", "1 or 2", requested_channels)
    # Twilio stores conferences with two channels, except encrypted ones, and shows `channels` 1 (WIRE §17).
    stored_channels = 2 if is_conference and recording.encryption is None else recording.channels
    if int(requested_channels) > stored_channels:
        raise TwilioError(16113, f"{recording.sid} has one channel: use RequestedChannels=1.")
    return int(requested_channels)


def _build_medium(account: Account, recording: Recording, index: int, extension: str, channels: int) -> Medium:
    named = account.state.media_files.get(index)
    if named is None:
        chance = account.recordings.recording_index.get_random_fields(index)
        return _MEDIUM_CLASSES[extension](
            Sound(build_recording_dialogue(recording, chance), chance.content_key, channels)
        )
    attached = Path(named)
    if attached.suffix.lower() != f".{extension}":
        raise TwilioError(20404, f"{attached.name} is attached to {recording.sid} and is not {extension}.")
    return FileMedium(attached)
