"""Recordings whose words are known: what was said is in their sound and in their transcription."""

import io
import math
import wave
from collections.abc import Iterator, Sequence

import httpx
import pytest

from generators.model import Source, SpokenTurn, TranscriptionStatus
from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32
RATE = 8000
GREETING = SpokenTurn(1, 1000, 3000, "Please leave a message.")
MESSAGE = SpokenTurn(2, 5000, 7000, "This is Ann. Call me back.")


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=0)) as api:
        yield api


def make_recording(
    api: Api,
    *turns: SpokenTurn,
    channels: int = 1,
    seconds: int = 10,
    source: Source = Source.RECORD_VERB,
    transcription: TranscriptionStatus | None = None,
) -> str:
    """Return the SID of a completed recording with these turns."""
    account = api.get_account()
    index = account.start_recording(CALL, source=source, channels=channels)
    recording_index = account.recordings.recording_index
    if transcription is not None:
        recording_index.set_transcription(index, transcription)
    recording_index.set_turns(index, turns)
    account.advance(seconds)
    account.timelines.signal("stopped", index)
    account.advance(2)
    return recording_index.get_sid(index)


def read_samples(answer: httpx.Response) -> list[Sequence[int]]:
    """Return the samples of each channel of a WAV file."""
    with wave.open(io.BytesIO(answer.content)) as sound:
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
        return [samples[channel :: sound.getnchannels()].tolist() for channel in range(sound.getnchannels())]


def find_heard_seconds(samples: Sequence[int]) -> list[int]:
    """Return the seconds in which something is heard."""
    return [second for second in range(len(samples) // RATE) if any(samples[second * RATE : (second + 1) * RATE])]


def fetch_transcription(api: Api, sid: str) -> dict[str, object]:
    (transcription,) = api.get_twilio_json(f"Recordings/{sid}/Transcriptions.json")["transcriptions"]
    assert transcription in api.get_twilio_json("Transcriptions.json")["transcriptions"]
    return dict(transcription)


def test_dual_recording_has_each_side_at_its_own_time_on_its_own_channel(api: Api) -> None:
    sid = make_recording(api, GREETING, MESSAGE, channels=2, source=Source.DIAL_VERB)
    left, right = read_samples(api.get_in_account(f"Recordings/{sid}.wav"))
    assert (find_heard_seconds(left), find_heard_seconds(right), len(left)) == ([1, 2], [5, 6], 10 * RATE)
    (mixed,) = read_samples(api.get_in_account(f"Recordings/{sid}.wav?RequestedChannels=1"))
    assert mixed == [first + second for first, second in zip(left, right, strict=True)]


def test_sides_that_speak_at_once_are_both_heard(api: Api) -> None:
    turns = (SpokenTurn(1, 0, 4000, "one two three"), SpokenTurn(2, 2000, 3000, "stop"))
    sid = make_recording(api, *turns, channels=2, source=Source.DIAL_VERB)
    left, right = read_samples(api.get_in_account(f"Recordings/{sid}.wav"))
    assert (find_heard_seconds(left), find_heard_seconds(right)) == ([0, 1, 2, 3], [2])
    (mixed,) = read_samples(api.get_in_account(f"Recordings/{sid}.wav?RequestedChannels=1"))
    assert mixed == [first + second for first, second in zip(left, right, strict=True)]
    assert fetch_transcription(api, sid)["transcription_text"] == "one two three stop"


@pytest.mark.parametrize("extension", ["wav", "mp3"])
def test_ranges_of_overlapping_turns_equal_the_whole_file(api: Api, extension: str) -> None:
    turns = (SpokenTurn(1, 0, 40_000, "a long speech", "12"), SpokenTurn(2, 20_000, 35_000, "and an answer"))
    path = f"Recordings/{make_recording(api, *turns, channels=2, seconds=45, source=Source.DIAL_VERB)}.{extension}"
    whole = api.get_in_account(path).content
    step = len(whole) // 7 + 1
    parts = [api.get_in_account(path, range=f"bytes={at}-{at + step - 1}") for at in range(0, len(whole), step)]
    assert whole == b"".join(part.content for part in parts)
    assert whole == api.get_in_account(path).content


def measure_tone(samples: Sequence[int], hertz: int) -> float:
    """Return the loudness of a frequency (Goertzel's algorithm, as one sum)."""
    turn = 2 * math.pi * hertz / RATE
    real = sum(sample * math.cos(turn * at) for at, sample in enumerate(samples))
    imaginary = sum(sample * math.sin(turn * at) for at, sample in enumerate(samples))
    return math.hypot(real, imaginary)


@pytest.mark.parametrize(
    ("key", "low", "high"), [("1", 697, 1209), ("5", 770, 1336), ("#", 941, 1477), ("0", 941, 1336), ("D", 941, 1633)]
)
@pytest.mark.parametrize("channel", [1, 2])
def test_keys_are_heard_as_tones(api: Api, key: str, low: int, high: int, channel: int) -> None:
    turn = SpokenTurn(1 if channel == 1 else 2, 1000, 1200, "", f"{key}w?{key}")
    sid = make_recording(api, turn, channels=2, source=Source.DIAL_VERB)
    samples = read_samples(api.get_in_account(f"Recordings/{sid}.wav"))[channel - 1]
    for start in (1.0, 2.0):  # two beats after the first key: a pause of half a second, and a key that there is not
        tone = samples[round(start * RATE) : round((start + 0.1) * RATE)]
        loudness = {hertz: measure_tone(tone, hertz) for hertz in (697, 770, 852, 941, 1209, 1336, 1477, 1633)}
        assert {low, high} == {*sorted(loudness, key=lambda hertz: loudness[hertz])[-2:]}
    assert find_heard_seconds(samples) == [1, 2]
    assert fetch_transcription(api, sid)["status"] == "failed"  # no word was said


def test_keys_beyond_the_end_are_not_heard(api: Api) -> None:
    sid = make_recording(api, SpokenTurn(1, 800, 900, "", "11111"), seconds=1)
    (samples,) = read_samples(api.get_in_account(f"Recordings/{sid}.wav"))
    assert (len(samples), find_heard_seconds(samples)) == (RATE, [0])


def test_transcription_and_payloads_have_exactly_the_words(api: Api) -> None:
    for _ in range(40):  # of the generated transcriptions, one in 32 fails
        sid = make_recording(api, GREETING, SpokenTurn(2, 4000, 4200, "", "1"), MESSAGE)
        found = fetch_transcription(api, sid)
        assert found["transcription_text"] == "Please leave a message. This is Ann. Call me back."
        assert found["status"] == "completed"
        results = api.get_twilio_json(f"Recordings/{sid}/AddOnResults.json")["add_on_results"]
        for result in results:
            payloads = f"Recordings/{sid}/AddOnResults/{result['sid']}/Payloads"
            (payload,) = api.get_twilio_json(f"{payloads}.json")["payloads"]
            data = api.get(f"/_mock/payloads/{api.mock.demo.sid}/{payload['sid']}.json").text.lower()
            assert "leave" in data
            assert "ann" in data


def test_silence_has_a_transcription_that_failed(api: Api) -> None:
    sid = make_recording(api)
    found = fetch_transcription(api, sid)
    assert (found["status"], found["transcription_text"], found["price"]) == ("failed", "(blank)", "0.00000")
    (samples,) = read_samples(api.get_in_account(f"Recordings/{sid}.wav"))
    assert find_heard_seconds(samples) == []


def test_turns_are_heard_whatever_the_track_is(api: Api) -> None:
    sid = make_recording(api, MESSAGE, source=Source.OUTBOUND_API)
    (samples,) = read_samples(api.get_in_account(f"Recordings/{sid}.wav"))
    assert find_heard_seconds(samples) == [5, 6]


def test_other_words_give_another_etag(api: Api) -> None:
    sid = make_recording(api, GREETING)
    path = f"Recordings/{sid}.wav"
    first = api.get_in_account(path)
    index = api.get_account().recordings.find(sid)
    api.get_account().recordings.recording_index.set_turns(index, (MESSAGE,))
    second = api.get_in_account(path)
    assert len(first.content) == len(second.content)
    assert first.headers["etag"] != second.headers["etag"]


def test_requested_transcription_is_in_progress_and_then_completed(api: Api) -> None:
    sid = make_recording(api, MESSAGE, transcription=TranscriptionStatus.IN_PROGRESS)
    running = fetch_transcription(api, sid)
    assert (running["status"], running["transcription_text"], running["price"]) == ("in-progress", None, None)
    xml = api.get_in_account(f"Transcriptions/{running['sid']}.xml").text
    assert "<TranscriptionText/>" in xml
    api.advance(5)
    index = api.get_account().recordings.find(sid)
    api.get_account().recordings.recording_index.set_transcription(index, TranscriptionStatus.COMPLETED)
    done = fetch_transcription(api, sid)
    assert (done["status"], done["transcription_text"]) == ("completed", MESSAGE.text)
    assert (done["price"], done["sid"]) == ("-0.05000", running["sid"])
    assert running["date_created"] == running["date_updated"] == done["date_created"] != done["date_updated"]


@pytest.mark.parametrize("turns", [(MESSAGE,), ()])
def test_requested_transcription_can_fail(api: Api, turns: tuple[SpokenTurn, ...]) -> None:
    """That of silence fails by itself."""
    outcome = TranscriptionStatus.FAILED if turns else TranscriptionStatus.COMPLETED
    found = fetch_transcription(api, make_recording(api, *turns, transcription=outcome))
    assert (found["status"], found["transcription_text"]) == ("failed", "(blank)")


def test_requested_transcription_is_not_there_before_its_recording_is_completed(api: Api) -> None:
    account = api.get_account()
    index = account.start_recording(CALL)
    account.recordings.recording_index.set_transcription(index, TranscriptionStatus.IN_PROGRESS)
    sid = account.recordings.recording_index.get_sid(index)
    assert api.get_twilio_json(f"Recordings/{sid}/Transcriptions.json")["transcriptions"] == []
    assert api.get_twilio_json("Transcriptions.json")["transcriptions"] == []


def test_requested_transcription_of_generated_words_is_completed(api: Api) -> None:
    for _ in range(40):  # of the generated transcriptions, one in 32 fails
        account = api.get_account()
        index = account.start_recording(CALL)
        account.recordings.recording_index.set_transcription(index, TranscriptionStatus.COMPLETED)
        account.timelines.signal("stopped", index)
        account.advance(2)
        assert fetch_transcription(api, account.recordings.recording_index.get_sid(index))["status"] == "completed"


@pytest.mark.parametrize(("turns", "seconds"), [((GREETING, MESSAGE), 7), ((), 1)])
def test_recording_that_was_not_recorded_here_is_as_long_as_its_turns(
    api: Api, turns: tuple[SpokenTurn, ...], seconds: int
) -> None:
    api.run_command("POST", "/recordings", {"id": "it", "status": "processing"})
    index = api.get_account().state.handles["it"]
    api.get_account().recordings.recording_index.set_turns(index, turns)
    assert api.run_command("POST", "/recordings/it", {"status": "completed"})
    assert api.get_twilio_json(f"Recordings/{api.get_account().resolve_handle('it')}.json")["duration"] == str(seconds)


def test_snapshot_keeps_turns_and_transcription(api: Api) -> None:
    sid = make_recording(api, GREETING, MESSAGE, channels=2, transcription=TranscriptionStatus.IN_PROGRESS)
    path = f"Recordings/{sid}.wav"
    before = (api.get_in_account(path).content, fetch_transcription(api, sid))
    api.run_command("POST", "/snapshots", {"name": "mine"})
    api.get_account().recordings.recording_index.set_turns(api.get_account().recordings.find(sid), ())
    assert api.get_in_account(path).content != before[0]
    api.run_command("POST", "/rollback", {"name": "mine"})
    assert before == (api.get_in_account(path).content, fetch_transcription(api, sid))
