"""What is heard in a recording, through the control API."""

import math
import wave
from array import array
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mockserver.testing.handles import MockTwilio
from scenarios.loading.load import loads
from tests.harness import Api, make_settings

SCENARIO = """
version: 1
name: sound
recordings:
  - {id: talk, status: completed, channels: 2, duration: 9, transcript: "Hello there, how are you?\\nFine, thank you."}
  - {id: mono, status: completed, duration: 4}
  - {id: long, status: completed, duration: 86400}
  - {id: early, status: in-progress}
"""


def compute_loudness(pcm: bytes, channels: int, width: int) -> list[list[float]]:
    """Return the root mean square of each column of a sound, by channel."""
    samples = array("h", pcm)
    found = []
    for channel in range(channels):
        own = samples[channel::channels]
        parts = [own[c * len(own) // width : (c + 1) * len(own) // width] for c in range(width)]
        found.append([math.sqrt(sum(s * s for s in part) / len(part)) / 32768 for part in parts])
    return found


@pytest.fixture
def talks() -> Any:
    with Api(scenario=loads(SCENARIO)) as api:
        yield api


@pytest.mark.parametrize(("recording", "channels"), [("talk", 2), ("mono", 1)])
@pytest.mark.parametrize("width", [4, 20])
def test_waveform_is_that_of_the_samples(talks: Api, recording: str, channels: int, width: int) -> None:
    wav = talks.send_command("GET", f"/recordings/{recording}/media.wav").content
    waveform = talks.run_command("GET", f"/recordings/{recording}/waveform?width={width}")
    expected = compute_loudness(wav[44:], channels, width)
    assert waveform["seconds"] == {"talk": 9.0, "mono": 4.0}[recording]
    assert [len(channel) for channel in waveform["channels"]] == [width] * channels
    for found, wanted in zip(waveform["channels"], expected, strict=True):
        assert found == pytest.approx(wanted, abs=0.002)
    assert max(map(max, waveform["channels"])) > 0.05


def test_sound_of_a_deleted_recording_stays(talks: Api) -> None:
    before = talks.run_command("GET", "/recordings/mono/waveform")
    talks.run_command("POST", "/recordings/mono", {"status": "deleted"})
    assert talks.run_command("GET", "/recordings/mono/waveform") == before
    assert talks.get(talks.get_recording_path(before["sid"]).replace(".json", ".wav")).status_code == 404


def test_waveform_has_more_columns_than_the_sound_has_parts(talks: Api) -> None:
    channels = talks.run_command("GET", "/recordings/mono/waveform?width=9999")["channels"]
    assert [len(channel) for channel in channels] == [2000]
    assert len(talks.run_command("GET", "/recordings/mono/waveform")["channels"][0]) == 240


def test_waveform_of_the_longest_recording(talks: Api) -> None:
    waveform = talks.run_command("GET", "/recordings/long/waveform?width=24")
    (channel,) = waveform["channels"]
    assert waveform["seconds"] == 86400.0
    assert [loudness > 0 for loudness in channel] == [True] + 23 * [False]  # both are silent after an hour


def test_mono_mix_of_a_dual_recording(talks: Api) -> None:
    dual = talks.run_command("GET", "/recordings/talk/waveform?width=9")["channels"]
    (mono,) = talks.run_command("GET", "/recordings/talk/waveform?width=9&RequestedChannels=1")["channels"]
    assert mono == pytest.approx([math.hypot(*pair) for pair in zip(*dual, strict=True)], abs=0.001)


def test_handle_has_waveform_and_turns() -> None:
    with MockTwilio(count=5) as mock:
        mock.recordings.add(id="mine", status="completed", duration=4, transcript="One two three")
        assert max(mock.recordings.waveform("mine", 8).channels[0]) > 0.01
        (turn,) = mock.recordings.turns("mine").turns
        assert [word.text for word in turn.words] == ["One", "two", "three"]


def test_turns_have_sides_and_words_with_times(talks: Api) -> None:
    found = talks.run_command("GET", "/recordings/talk/turns")
    first, second = found["turns"]
    assert (found["seconds"], found["turn_count"]) == (9.0, 2)
    assert (first["channel"], first["text"]) == (1, "Hello there, how are you?")
    assert (second["channel"], second["text"]) == (2, "Fine, thank you.")
    words = first["words"]
    assert [word["text"] for word in words] == first["text"].split()
    assert (words[0]["start"], words[-1]["end"]) == (first["start"], first["end"])
    assert all(before["end"] == after["start"] for before, after in pairwise(words))
    assert 0 < first["start"] < first["end"] <= second["start"] < second["end"] <= 9


def test_turns_and_words_in_a_response_are_bounded() -> None:
    lines = "\\n".join(["word " * 1500, *["next"] * 1200])
    with Api(scenario=loads(f'{{version: 1, name: t, recordings: [{{id: a, transcript: "{lines}"}}]}}')) as api:
        found = api.run_command("GET", "/recordings/a/turns")
        assert (len(found["turns"]), found["turn_count"]) == (1000, 1201)
        assert len(found["turns"][0]["words"]) == 1000


def test_looking_and_listening_count_nothing() -> None:
    recording = "{id: a, status: completed, timeline: [{after: {media: 1}, set: {duration: 3}}]}"
    with Api(scenario=loads(f"{{version: 1, name: t, recordings: [{recording}]}}")) as api:
        for path in ("media.wav", "media.mp3", "waveform", "turns"):
            assert api.send_command("GET", f"/recordings/a/{path}").status_code == 200
        assert api.run_command("GET", "")["timelines"][0]["seen"]["media"] == 0
        assert api.run_command("GET", "/requests")["total"] == 0


def test_media_answer_ranges(talks: Api) -> None:
    answer = talks.send_command("GET", "/recordings/mono/media.wav", range="bytes=0-3")
    assert (answer.status_code, answer.content) == (206, b"RIFF")
    assert talks.send_command("GET", "/recordings/mono/media.mp3").headers["content-type"] == "audio/mpeg"


def test_encrypted_recordings_can_be_heard() -> None:
    with Api(make_settings(count=40, mix="encrypted=1,completed=1")) as api:
        sid = api.run_command("GET", "/recordings?limit=1")["recordings"][0]["sid"]
        assert api.send_command("GET", f"/recordings/{sid}/media.wav").content[:4] == b"RIFF"
        assert api.send_command("GET", f"/recordings/{sid}/media.mp3").status_code == 200
        assert api.get(f"{api.root}/Recordings/{sid}.wav").content[:4] != b"RIFF"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("early/waveform", "is processing, so it has no media"),
        ("early/media.wav", "is processing, so it has no media"),
        ("mono/media.ogg", "Expected media.wav or media.mp3, found media.ogg."),
        ("mono/waveform?RequestedChannels=2", "has one channel"),
        ("nobody/turns", "Expected a RecordingSid or a handle"),
    ],
)
def test_what_cannot_be_heard_is_explained(talks: Api, path: str, reason: str) -> None:
    answer = talks.send_command("GET", f"/recordings/{path}")
    assert answer.status_code in (400, 404)
    assert reason in answer.json()["reason"]


def write_wav(path: Path, *, seconds: int = 2, channels: int = 2, width: int = 2) -> Path:
    """Write a file whose first half is silent, and whose last channel is."""
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, 8000, 0, "NONE", ""))
        loud = ([16384] + [0] * (channels - 1)) * (seconds * 4000)
        file.writeframes(bytes(width * channels * seconds * 4000) + array("h", loud).tobytes()[: width * len(loud)])
    return path


def test_waveform_of_the_users_own_file(talks: Api, tmp_path: Path) -> None:
    sid = talks.run_command("GET", "/recordings/mono")["sid"]
    talks.get_account().attach_media(sid, write_wav(tmp_path / "mine.wav"))
    waveform = talks.run_command("GET", "/recordings/mono/waveform?width=4")
    assert (waveform["seconds"], waveform["channels"]) == (2.0, [[0.0, 0.0, 0.5, 0.5], [0.0] * 4])
    assert talks.run_command("GET", f"/recordings/{sid}/waveform?width=2000")["channels"][0][-1] == 0.5


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("mine.mp3", b"", "mine.mp3 is attached to RE"),
        ("mine.wav", b"", "mine.wav is attached, and cannot be measured: it is empty."),
        ("mine.wav", b"RIFF1234WAVE", "mine.wav is attached, and cannot be measured:"),
        ("mine.wav", None, "mine.wav is attached, and cannot be measured: expected samples of 16 bits."),
    ],
)
def test_files_that_cannot_be_measured_are_explained(
    talks: Api, tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    sid, file = talks.run_command("GET", "/recordings/mono")["sid"], tmp_path / name
    if content is None:
        write_wav(file, width=1)
    else:
        file.write_bytes(content)
    talks.get_account().attach_media(sid, file)
    answer = talks.send_command("GET", "/recordings/mono/waveform")
    assert answer.status_code == 404
    assert answer.json()["reason"].startswith(reason)
