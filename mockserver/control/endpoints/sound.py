"""Endpoints for what is heard in a recording: its media, its loudness and the turns of its dialogue. Nothing counts."""

from array import array
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from generators.audio.loudness import iter_loudness, measure_frames
from generators.audio.wav import Medium, Wav
from generators.content.dialogue import BEATS_PER_SECOND, Turn
from generators.content.subresources import build_recording_dialogue
from generators.content.word_times import time_words
from mockserver.account.gradual import Steps, run_between_requests
from mockserver.control.endpoints.endpoint import Endpoint, PathParams, get_account
from mockserver.control.views.sound import TurnsView, TurnView, WaveformView, WordView
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from mockserver.server.media_rendering import render_media
from mockserver.server.response import Response
from mockserver.server.results import Media
from mockserver.server.routes.media import FileMedium, build_media

if TYPE_CHECKING:
    from wave import Wave_read

_DEFAULT_WIDTH = 240
_MAX_WIDTH = 2000
_MAX_TURNS = 1000
_MAX_WORDS = 1000
_MAX_FRAMES = 2000
"""The largest number of frames of a file that a column looks at."""
_FORMS = ("wav", "mp3")
_SAMPLE_SIZE = 2


async def fetch_sound(exchange: Exchange, path: PathParams) -> Response:
    """Return the sound of a recording, also of an encrypted one."""
    form = path["form"]
    if form not in _FORMS:
        raise TwilioError(20404, f"Expected media.wav or media.mp3, found media.{form[:20]}.")
    return render_media(_build_media(exchange, path, form)[1], exchange)


async def show_waveform(exchange: Exchange, path: PathParams) -> WaveformView:
    width = min(exchange.parameters.get_integer("width", default=_DEFAULT_WIDTH, minimum=1), _MAX_WIDTH)
    sid, media = _build_media(exchange, path, "wav")
    return await run_between_requests(_build_waveform(sid, media.medium, width))


async def show_turns(exchange: Exchange, path: PathParams) -> TurnsView:
    account = get_account(exchange, path)
    ledger, index = account.recordings.recording_index, account.timelines.find_recording_index(path["recording"])
    recording = ledger.get(index)
    dialogue = build_recording_dialogue(recording, ledger.get_random_fields(index))
    return TurnsView(
        sid=recording.sid,
        seconds=dialogue.beats / BEATS_PER_SECOND,
        turns=[*map(_serialize_turn, dialogue.turns[:_MAX_TURNS])],
        turn_count=len(dialogue.turns),
    )


def _build_media(exchange: Exchange, path: PathParams, form: str) -> tuple[str, Media]:
    account = get_account(exchange, path)
    index = account.timelines.find_recording_index(path["recording"])
    channels = exchange.parameters.get_text("RequestedChannels")
    sid = account.recordings.recording_index.get_sid(index)
    return sid, build_media(account, index, form, channels, is_for_control=True)


def _build_waveform(sid: str, medium: Medium, width: int) -> Steps[WaveformView]:
    """Measure media, with one column in each step."""
    if isinstance(medium, Wav):
        seconds, columns = medium.sound.seconds, iter_loudness(medium.sound, width)
    else:
        assert isinstance(medium, FileMedium), "media are synthesized or attached"
        seconds, columns = _measure_file(medium.path, width)
    measured: list[tuple[float, ...]] = []
    for column in columns:
        measured.append(tuple(round(loudness, 4) for loudness in column))
        yield
    return WaveformView(sid=sid, seconds=seconds, channels=[list(channel) for channel in zip(*measured, strict=True)])


def _measure_file(path: Path, width: int) -> tuple[float, Iterator[tuple[float, ...]]]:
    """Return the duration of a WAV file in seconds, and its loudness: of a long file, parts of each column.

    Raises:
        TwilioError: 20404 if it is none with 16 bits a sample.
    """
    import wave  # few recordings have a file

    try:
        file = wave.open(str(path))  # noqa: SIM115 - the columns close it
    except (wave.Error, EOFError) as error:
        why = str(error) or "it is empty"
        raise TwilioError(20404, f"{path.name} is attached, and cannot be measured: {why}.") from None
    if file.getsampwidth() != _SAMPLE_SIZE:
        file.close()
        raise TwilioError(20404, f"{path.name} is attached, and cannot be measured: expected samples of 16 bits.")
    return file.getnframes() / file.getframerate(), _iter_file_loudness(file, width)


def _iter_file_loudness(file: "Wave_read", width: int) -> Iterator[tuple[float, ...]]:
    with file:
        total = file.getnframes()
        for column in range(width):
            start, stop = column * total // width, (column + 1) * total // width
            file.setpos(start)
            frames = array("h", file.readframes(min(_MAX_FRAMES, max(1, stop - start))))
            yield measure_frames(frames, file.getnchannels())


def _serialize_turn(turn: Turn) -> TurnView:
    return TurnView(
        channel=turn.voice + 1,
        start=turn.start / BEATS_PER_SECOND,
        end=turn.stop / BEATS_PER_SECOND,
        text=turn.text,
        digits=turn.digits,
        words=[
            WordView(text=word.text, start=round(word.start, 3), end=round(word.stop, 3))
            for word in islice(time_words(turn), _MAX_WORDS)
        ],
    )


SOUND = {
    "/recordings/{recording}/media.{form}": Endpoint(GET=fetch_sound),
    "/recordings/{recording}/waveform": Endpoint(GET=show_waveform),
    "/recordings/{recording}/turns": Endpoint(GET=show_turns),
}
