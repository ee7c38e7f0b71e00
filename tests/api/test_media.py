import io
import wave
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from generators.content.encryption_details import load_private_key
from generators.model import Recording, Source, Status, Track
from mockserver.server.routes.media import build_media
from mockserver.settings.choices import MediaAuth, MediaRedirect
from tests.accounts import make_scenario
from tests.harness import Api, make_settings, parse_error


@pytest.fixture(scope="module")
def shared_api() -> Iterator[Api]:
    with Api(make_settings(count=400, mix="encrypted=0.2,dual=0.5")) as api:
        yield api


def find_completed_recordings(api: Api, **attributes: object) -> Iterator[Recording]:
    corpus = api.get_account().corpus
    for recording in map(corpus.generate_recording, range(corpus.count)):
        if recording.status is Status.COMPLETED and all(
            getattr(recording, name) == value for name, value in attributes.items()
        ):
            yield recording


def find_unencrypted_recording(api: Api, **attributes: object) -> Recording:
    return next(find_completed_recordings(api, encryption=None, **attributes))


def count_mp3_frames(body: bytes) -> int:
    """Count the frames of an MP3 with 32 kbit/s at 8 kHz, each 288 bytes, and check their headers."""
    assert len(body) % 288 == 0
    for offset in range(0, len(body), 288):
        assert body[offset : offset + 3] == b"\xff\xe3\x48"
    return len(body) // 288


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("extension", ["", ".wav"])
def test_wav_matches_recording_metadata(shared_api: Api, channels: int, extension: str) -> None:
    for recording in [
        find_unencrypted_recording(shared_api, channels=channels),
        *list(find_completed_recordings(shared_api, encryption=None))[:5],
    ]:
        answer = shared_api.get_in_account(f"Recordings/{recording.sid}{extension}")
        assert answer.headers["content-type"] == "audio/x-wav"
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["content-length"] == str(len(answer.content))
        with wave.open(io.BytesIO(answer.content)) as sound:
            assert (sound.getframerate(), sound.getsampwidth()) == (8000, 2)
            assert sound.getnchannels() == recording.channels
            assert sound.getnframes() == 8000 * (recording.duration or 0)
            assert any(sound.readframes(8000 * 3))


@pytest.mark.parametrize("channels", [1, 2])
def test_mp3_matches_recording_metadata(shared_api: Api, channels: int) -> None:
    recording = find_unencrypted_recording(shared_api, channels=channels)
    answer = shared_api.get_in_account(f"Recordings/{recording.sid}.mp3")
    assert answer.headers["content-type"] == "audio/mpeg"
    assert recording.duration is not None
    assert 0 <= count_mp3_frames(answer.content) * 0.072 - recording.duration < 0.072
    mono = answer.content[3] >> 6 == 3
    assert mono == (channels == 1)


def test_long_mp3_has_correct_length_and_ranges() -> None:
    with Api(make_settings(count=0)) as api:
        sid = create_long_recording(api, 1440)
        whole = api.get_in_account(f"Recordings/{sid}.mp3")
        assert count_mp3_frames(whole.content) == 20_000
        end = api.get_in_account(f"Recordings/{sid}.mp3", range="bytes=-1000")
    assert end.content == whole.content[-1000:]


def test_media_of_the_longest_recording_is_served_in_parts() -> None:
    with Api(make_settings(count=0)) as api:
        sid = create_long_recording(api, 40 * 24 * 3600)
        assert api.get_twilio_json(f"Recordings/{sid}.json")["duration"] == "86400"
        head = api.request("HEAD", f"{api.root}/Recordings/{sid}.wav")
        assert str(44 + 2 * 8000 * 86_400) == head.headers["content-length"]
        for extension in ("wav", "mp3"):
            end = api.get_in_account(f"Recordings/{sid}.{extension}", range="bytes=-20000")
            assert (end.status_code, len(end.content)) == (206, 20_000)
        text = api.get_twilio_json("Transcriptions.json")["transcriptions"][0]["transcription_text"]
        assert len(text) < 100_000


def test_transcript_of_days_makes_a_recording_of_one_day() -> None:
    transcript = "a\n" * 150_000
    with Api(
        make_settings(count=0),
        make_scenario(recordings=[{"id": "long", "status": "completed", "transcript": transcript}]),
    ) as api:
        assert api.get_twilio_json("Recordings.json")["recordings"][0]["duration"] == "86400"


def test_reader_of_an_encrypted_medium_may_give_up_before_its_tag(shared_api: Api) -> None:
    recording = next(r for r in find_completed_recordings(shared_api) if r.encryption is not None)
    account = shared_api.get_account()
    index = account.recordings.find(recording.sid)
    medium = build_media(account, index, "wav", None).medium
    pieces = list(medium.read(medium.length - 16, medium.length))
    assert [b""] * (len(pieces) - 1) == pieces[:-1]
    assert len(pieces[-1]) == 16


def create_long_recording(api: Api, seconds: int) -> str:
    index = api.get_account().start_recording("CA" + "1" * 32, source=Source.OUTBOUND_API)
    api.advance(seconds)
    sid = api.get_account().corpus.get_sid(index)
    assert api.post(f"Calls/{'CA' + '1' * 32}/Recordings/{sid}.json", Status="stopped").status_code == 200
    api.advance(2)
    return sid


@pytest.mark.parametrize("extension", ["wav", "mp3"])
def test_joined_range_responses_equal_whole_file(shared_api: Api, extension: str) -> None:
    path = f"Recordings/{find_unencrypted_recording(shared_api, channels=2).sid}.{extension}"
    whole = shared_api.get_in_account(path).content
    parts = b""
    step = len(whole) // 7 + 1
    while len(parts) < len(whole):
        answer = shared_api.get_in_account(path, range=f"bytes={len(parts)}-{len(parts) + step - 1}")
        assert answer.status_code == 206
        last = len(parts) + len(answer.content) - 1
        assert answer.headers["content-range"] == f"bytes {len(parts)}-{last}/{len(whole)}"
        parts += answer.content
    assert parts == whole


@pytest.mark.parametrize(
    ("range_header", "expected"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-10", slice(-10, None)),
        ("bytes=40-50", slice(40, 51)),
        ("bytes=43-99999999999", slice(43, None)),
        ("bytes=-99999999999", slice(0, None)),
        ("bytes=0-", slice(0, None)),
        ("bytes=0-99999999999", slice(0, None)),
        (" bytes = 3 - 5 ", slice(3, 6)),
    ],
)
def test_single_range_returns_its_bytes(shared_api: Api, range_header: str, expected: slice) -> None:
    path = f"Recordings/{find_unencrypted_recording(shared_api).sid}"
    answer = shared_api.get_in_account(path, range=range_header)
    assert answer.status_code == 206
    whole = shared_api.get_in_account(path).content
    assert whole[expected] == answer.content
    first, stop, _ = expected.indices(len(whole))
    assert answer.headers["content-range"] == f"bytes {first}-{stop - 1}/{len(whole)}"
    assert answer.headers["content-length"] == str(stop - first)


@pytest.mark.parametrize("range_header", ["bytes=0-1,5-6", "bytes=5-1", "bytes=-", "lines=1-2", "bytes=a-b"])
def test_invalid_or_multiple_range_returns_whole_file(shared_api: Api, range_header: str) -> None:
    assert (
        shared_api.get_in_account(
            f"Recordings/{find_unencrypted_recording(shared_api).sid}", range=range_header
        ).status_code
        == 200
    )


@pytest.mark.parametrize("range_header", ["bytes=99999999999-", "bytes=-0"])
def test_range_beyond_end_returns_416(shared_api: Api, range_header: str) -> None:
    answer = shared_api.get_in_account(f"Recordings/{find_unencrypted_recording(shared_api).sid}", range=range_header)
    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")


def test_etag_supports_conditional_requests(shared_api: Api) -> None:
    path = f"Recordings/{find_unencrypted_recording(shared_api).sid}.wav"
    first = shared_api.get_in_account(path)
    etag = first.headers["etag"]
    assert etag != shared_api.get_in_account(path.replace(".wav", ".mp3")).headers["etag"]
    unchanged = shared_api.get_in_account(path, if_none_match=f'"x", W/{etag}')
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert shared_api.get_in_account(path, if_none_match="*").status_code == 304
    assert shared_api.get_in_account(path, if_none_match='"x"').status_code == 200
    assert shared_api.get_in_account(path, range="bytes=0-1", if_range=etag).status_code == 206
    assert shared_api.get_in_account(path, range="bytes=0-1", if_range='"x"').status_code == 200


def test_head_returns_content_length_without_body(shared_api: Api) -> None:
    path = f"{shared_api.root}/Recordings/{find_unencrypted_recording(shared_api).sid}.mp3"
    answer = shared_api.request("HEAD", path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(shared_api.get(path).content)


def test_media_is_identical_on_another_mock(shared_api: Api) -> None:
    recording = find_unencrypted_recording(shared_api)
    with Api(make_settings(count=400, mix="encrypted=0.2,dual=0.5")) as second_api:
        for extension in ("wav", "mp3"):
            path = f"Recordings/{recording.sid}.{extension}"
            assert shared_api.get_in_account(path).content == second_api.get_in_account(path).content


def test_dual_channel_recording_has_one_voice_per_channel(shared_api: Api) -> None:
    recording = find_unencrypted_recording(shared_api, channels=2, source=Source.OUTBOUND_API)
    with wave.open(io.BytesIO(shared_api.get_in_account(f"Recordings/{recording.sid}").content)) as sound:
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
    left, right = samples[0::2], samples[1::2]
    assert any(left)
    assert not any(a and b for a, b in zip(left, right, strict=True))


def test_requested_channels_parameter_selects_channels(shared_api: Api) -> None:
    mono, dual = find_unencrypted_recording(shared_api, channels=1), find_unencrypted_recording(shared_api, channels=2)
    for recording, requested, channels in ((mono, 1, 1), (dual, 1, 1), (dual, 2, 2)):
        answer = shared_api.get_in_account(f"Recordings/{recording.sid}.wav?RequestedChannels={requested}")
        with wave.open(io.BytesIO(answer.content)) as sound:
            assert sound.getnchannels() == channels
    answer = shared_api.get_in_account(f"Recordings/{mono.sid}.wav?RequestedChannels=2")
    assert (answer.status_code, parse_error(answer)["code"]) == (400, "16113")
    answer = shared_api.get_in_account(f"Recordings/{mono.sid}.wav?RequestedChannels=3")
    assert (answer.status_code, parse_error(answer)["code"]) == (400, "20001")


def read_channels(answer: httpx.Response) -> list[bool]:
    """Return for each channel of a WAV file whether it is heard."""
    with wave.open(io.BytesIO(answer.content)) as sound:
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
        return [any(samples[channel :: sound.getnchannels()]) for channel in range(sound.getnchannels())]


@pytest.mark.parametrize("extension", ["", ".wav"])
def test_conference_media_is_mono_unless_two_channels_are_requested(shared_api: Api, extension: str) -> None:
    recording = next(
        candidate
        for candidate in find_completed_recordings(shared_api, encryption=None, channels=1)
        if candidate.conference_sid and (candidate.duration or 0) > 20
    )
    for below in ("", f"Calls/{recording.call_sid}/", f"Conferences/{recording.conference_sid}/"):
        path = f"{below}Recordings/{recording.sid}{extension}"
        assert read_channels(shared_api.get_in_account(path)) == [True]
        assert read_channels(shared_api.get_in_account(f"{path}?RequestedChannels=1")) == [True]
        assert read_channels(shared_api.get_in_account(f"{path}?RequestedChannels=2")) == [True, True]
    assert shared_api.get_twilio_json(f"Recordings/{recording.sid}.json")["channels"] == 1


def test_conference_mp3_has_two_channels_if_requested(shared_api: Api) -> None:
    recording = next(
        candidate for candidate in find_completed_recordings(shared_api, encryption=None) if candidate.conference_sid
    )
    for query, is_mono in (("", True), ("?RequestedChannels=1", True), ("?RequestedChannels=2", False)):
        body = shared_api.get_in_account(f"Recordings/{recording.sid}.mp3{query}").content
        assert (body[3] >> 6 == 3) == is_mono


def test_encrypted_conference_has_one_channel(shared_api: Api) -> None:
    recording = next(
        candidate
        for candidate in find_completed_recordings(shared_api)
        if candidate.conference_sid and candidate.encryption
    )
    refused = shared_api.get_in_account(f"Recordings/{recording.sid}.wav?RequestedChannels=2")
    assert (refused.status_code, parse_error(refused)["code"]) == (400, "16113")


@pytest.mark.parametrize(
    ("channels", "track", "expected"),
    [
        ("mono", "inbound", [True]),
        ("dual", "inbound", [True, False]),
        ("dual", "outbound", [False, True]),
        ("dual", "both", [True, True]),
    ],
)
def test_recorded_track_of_api_recording_is_heard(channels: str, track: str, expected: list[bool]) -> None:
    with Api(make_settings(count=0)) as api:
        call = f"Calls/CA{'1' * 32}/Recordings"
        created = api.post(f"{call}.json", RecordingChannels=channels, RecordingTrack=track).json()
        api.advance(30)
        api.post(f"{call}/{created['sid']}.json", Status="stopped")
        api.advance(2)
        answer = api.get_in_account(f"Recordings/{created['sid']}.wav")
        assert read_channels(answer) == expected


def test_transcription_of_one_track_contains_that_side() -> None:
    scripted = [{"id": track, "status": "completed", "duration": 60, "track": track} for track in Track]
    with Api(make_settings(count=0), make_scenario(recordings=scripted)) as api:
        sids = {track: api.get_account().resolve_handle(track) for track in Track}
        etags = {api.get_in_account(f"Recordings/{sid}.wav").headers["etag"] for sid in sids.values()}
        spoken = {
            track: api.get_twilio_json(f"Recordings/{sid}/Transcriptions.json")["transcriptions"][0][
                "transcription_text"
            ]
            for track, sid in sids.items()
        }
    assert len(etags) == 3
    assert spoken[Track.BOTH].startswith("Thank you for calling")
    assert spoken[Track.INBOUND].startswith("Thank you for calling")
    assert spoken[Track.OUTBOUND].startswith("Hello, my name is")
    assert len(spoken[Track.INBOUND]) < len(spoken[Track.BOTH])


def test_transcript_is_heard_as_a_whole_on_one_track() -> None:
    transcript = "This is Ann.\nHow can I help?"
    scripted = {
        **{"id": "it", "status": "completed", "duration": 10, "transcript": transcript},
        **{"track": "outbound", "channels": 2},
    }
    with Api(make_settings(count=0), make_scenario(recordings=[scripted])) as api:
        path = f"Recordings/{api.get_account().resolve_handle('it')}"
        assert read_channels(api.get_in_account(path)) == [False, True]
        (transcription,) = api.get_twilio_json(f"{path}/Transcriptions.json")["transcriptions"]
        assert transcription["transcription_text"] == "This is Ann. How can I help?"


def test_shortest_recording_of_one_track_is_not_silent() -> None:
    scripted = {"id": "it", "status": "completed", "duration": 1, "track": "outbound", "channels": 2}
    with Api(make_settings(count=0), make_scenario(recordings=[scripted])) as api:
        answer = api.get_in_account(f"Recordings/{api.get_account().resolve_handle('it')}")
        assert read_channels(answer) == [False, True]


def test_media_is_served_below_calls_and_conferences(shared_api: Api) -> None:
    recording = next(r for r in find_completed_recordings(shared_api, encryption=None) if r.conference_sid)
    expected = shared_api.get_in_account(f"Recordings/{recording.sid}.mp3").content
    assert expected == shared_api.get_in_account(f"Calls/{recording.call_sid}/Recordings/{recording.sid}.mp3").content
    assert (
        expected
        == shared_api.get_in_account(f"Conferences/{recording.conference_sid}/Recordings/{recording.sid}.mp3").content
    )
    assert shared_api.get_in_account(f"Calls/{'CA' + '0' * 32}/Recordings/{recording.sid}.mp3").status_code == 404


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.ABSENT, Status.FAILED, Status.DELETED])
@pytest.mark.parametrize("extension", ["", ".wav", ".mp3"])
def test_missing_media_returns_xml_error(shared_api: Api, status: Status, extension: str) -> None:
    path = f"Recordings/{shared_api.find_sid(status)}{extension}"
    answer = shared_api.get_in_account(path)
    assert answer.status_code == 404
    assert answer.text == (
        "<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse><RestException><Code>20404</Code>"
        f"<Message>The requested resource {shared_api.root}/{path} was not found</Message>"
        "<MoreInfo>https://www.twilio.com/docs/errors/20404</MoreInfo><Status>404</Status></RestException></TwilioResponse>"
    )


def test_encrypted_recording_can_be_decrypted_as_in_twilios_tutorial(shared_api: Api) -> None:
    recording = next(r for r in find_completed_recordings(shared_api) if r.encryption is not None)
    details = shared_api.get_twilio_json(f"Recordings/{recording.sid}.json")["encryption_details"]
    key: Any = load_pem_private_key(load_private_key().encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    oaep = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    content_key = key.decrypt(b64decode(details["encrypted_cek"]), oaep)
    path = f"Recordings/{recording.sid}.wav"
    encrypted = shared_api.get_in_account(path).content
    decrypted = AESGCM(content_key).decrypt(b64decode(details["iv"]), encrypted, None)
    with wave.open(io.BytesIO(decrypted)) as sound:
        assert sound.getnframes() == 8000 * (recording.duration or 0)
    for start, stop in (
        (0, 1),
        (5, 40),
        (1000, 5000),
        (len(encrypted) - 20, len(encrypted)),
        (len(encrypted) - 3, None),
    ):
        last = "" if stop is None else stop - 1
        assert encrypted[start:stop] == shared_api.get_in_account(path, range=f"bytes={start}-{last}").content


def test_encrypted_recording_has_no_mp3(shared_api: Api) -> None:
    recording = next(r for r in find_completed_recordings(shared_api) if r.encryption is not None)
    answer = shared_api.get_in_account(f"Recordings/{recording.sid}.mp3")
    assert (answer.status_code, parse_error(answer)["code"]) == (400, "16109")


def test_media_requires_credentials_unless_public(shared_api: Api) -> None:
    path = f"{shared_api.root}/Recordings/{find_unencrypted_recording(shared_api).sid}"
    with Api(make_settings(count=400, mix="encrypted=0.2,dual=0.5", media_auth=MediaAuth.PUBLIC)) as public:
        public.auth = None
        for extension in ("", ".wav", ".mp3"):
            assert public.get(path + extension).status_code == 200
        assert public.get(f"{path}.json").status_code == 401
        assert public.request("DELETE", path).status_code == 401
        below_a_call = path.replace("/Recordings/", f"/Calls/CA{'1' * 32}/Recordings/")
        assert public.request("POST", below_a_call).status_code == 401
    with Api(make_settings(count=400)) as private:
        private.auth = None
        assert private.get(path).status_code == 401


def test_media_redirects_to_media_url_when_configured(shared_api: Api) -> None:
    recording = find_unencrypted_recording(shared_api, channels=2)
    with Api(make_settings(count=400, mix="encrypted=0.2,dual=0.5", media_redirect=MediaRedirect.ON)) as api:
        for extension, query in (("", ""), (".wav", "?RequestedChannels=1"), (".mp3", "")):
            answer = api.get_in_account(f"Recordings/{recording.sid}{extension}{query}")
            assert answer.status_code == 302
            location = answer.headers["location"]
            assert location.startswith("http://localhost:4010/_mock/media/")
            api.auth = None
            assert (
                shared_api.get_in_account(f"Recordings/{recording.sid}{extension}{query}").content
                == api.get(location).content
            )
            api.auth = (api.mock.demo.sid, "x")
        assert api.get_in_account(f"Recordings/{api.find_sid(Status.ABSENT)}.wav").status_code == 404
        assert api.get(f"/_mock/media/{api.mock.demo.sid}/{recording.sid}.ogg").json()["code"] == 20404
    assert shared_api.get(f"/_mock/media/{shared_api.mock.demo.sid}/{recording.sid}.wav").json()["code"] == 20404


@pytest.fixture
def cdn_api() -> Iterator[Api]:
    with Api(make_settings(count=64, mix="completed=1,conference=1", media_redirect=MediaRedirect.CDN)) as api:
        yield api


def request_link(api: Api, path: str, **headers: str) -> str:
    answer = api.get_in_account(path, **headers)
    assert (answer.status_code, answer.json()) == (302, {"redirect_to": answer.headers["location"]})
    link: str = answer.headers["location"]
    return link


@pytest.mark.parametrize(
    ("host", "link_host"),
    [
        ("localhost:4010", "127.0.0.1:4010"),
        ("LocalHost", "127.0.0.1"),
        ("127.0.0.1:4010", "localhost:4010"),
        ("[::1]:4010", "localhost:4010"),
        ("127.0.0.2:4010", "127.0.0.2:4010"),
        ("mock.test:4010", "mock.test:4010"),
        ("api.twilio.com", "api.twilio.com"),  # without the proxy, the client may not find another host here
    ],
)
def test_cdn_is_another_host_if_the_client_can_reach_one(cdn_api: Api, host: str, link_host: str) -> None:
    sid = cdn_api.find_sid(Status.COMPLETED, conference=True)
    link = request_link(cdn_api, f"Recordings/{sid}.mp3", host=host)
    assert link.startswith(f"http://{link_host}/_mock/media/{cdn_api.mock.demo.sid}/{sid}.mp3?Expires=")


@pytest.mark.parametrize(("extension", "query"), [("", ""), (".wav", "?RequestedChannels=2&x=%26"), (".mp3", "")])
def test_cdn_link_serves_the_media(cdn_api: Api, extension: str, query: str) -> None:
    sid = cdn_api.find_sid(Status.COMPLETED, conference=True)
    link = request_link(cdn_api, f"Recordings/{sid}{extension}{query}")
    assert link == request_link(cdn_api, f"Recordings/{sid}{extension}{query}"), "on a frozen clock"
    cdn_api.auth = None
    answer = cdn_api.get(link)
    assert (answer.status_code, cdn_api.request("HEAD", link).status_code) == (200, 200)
    with Api(make_settings(count=64, mix="completed=1,conference=1")) as api:
        assert answer.content == api.get_in_account(f"Recordings/{sid}{extension}{query}").content
    assert cdn_api.get(link, range="bytes=3-9").content == answer.content[3:10]


def test_cdn_refuses_credentials_and_changed_or_ended_links(cdn_api: Api) -> None:
    sid = cdn_api.find_sid(Status.COMPLETED, conference=True)
    link = request_link(cdn_api, f"Recordings/{sid}.mp3?RequestedChannels=1")
    refused = cdn_api.get(link)
    assert (refused.status_code, parse_error(refused)["message"]) == (400, "Only one auth mechanism allowed")
    assert "must not send the credentials of api.twilio.com" in refused.headers["x-mock-reason"]
    cdn_api.auth = None
    other = cdn_api.get_account().corpus.get_sid(5)
    changed_links = (
        link.partition("?")[0],
        link.replace("RequestedChannels=1", "RequestedChannels=2"),
        link.replace("Expires=1", "Expires=2"),
        link.replace(sid, other),
        f"{link}&x=1",
        f"{link[:-1]}{'0' if link[-1] != '0' else '1'}",
    )
    for changed_link in changed_links:
        refused = cdn_api.get(changed_link)
        assert (refused.status_code, parse_error(refused)["message"]) == (403, "Access Denied"), changed_link
    cdn_api.advance(299.9)
    assert cdn_api.get(link).status_code == 200
    cdn_api.advance(0.1)
    refused = cdn_api.get(link)
    assert (refused.status_code, parse_error(refused)["message"]) == (403, "Request has expired")
    assert "request it again" in refused.headers["x-mock-reason"]
    journal = cdn_api.run_command("GET", "/requests")
    assert [entry["status"] for entry in journal["requests"]] == [302, 400, *[403] * 6, 200, 403]


def test_cdn_answers_errors_of_media_without_redirect(cdn_api: Api) -> None:
    assert cdn_api.get_in_account(f"Recordings/RE{'0' * 32}.wav").status_code == 404
    assert cdn_api.get_in_account(f"Recordings/{cdn_api.get_account().corpus.get_sid(0)}.json").status_code == 200


def test_links_to_media_of_two_accounts_have_different_keys(cdn_api: Api) -> None:
    link = request_link(cdn_api, f"Recordings/{cdn_api.find_sid(Status.COMPLETED)}.mp3")
    cdn_api.auth = None
    assert cdn_api.get(link.replace(cdn_api.mock.demo.sid, "AC" + "1" * 32)).status_code == 403


def test_attached_file_replaces_generated_media(tmp_path: Path) -> None:
    with Api(make_settings(count=100)) as api:
        sid = api.find_sid(Status.COMPLETED)
        before = api.get_in_account(f"Recordings/{sid}.wav")
        file = tmp_path / "mine.wav"
        file.write_bytes(bytes(range(256)) * 1000)
        api.get_account().attach_media(sid, file)
        answer = api.get_in_account(f"Recordings/{sid}")
        assert answer.content == file.read_bytes()
        assert answer.headers["etag"] != before.headers["etag"]
        assert api.get_in_account(f"Recordings/{sid}", range="bytes=100-300").content == file.read_bytes()[100:301]
        assert "is not mp3" in api.get_in_account(f"Recordings/{sid}.mp3").headers["x-mock-reason"]
        with pytest.raises(ValueError, match=r"expected a file named \.wav or \.mp3, found a\.ogg"):
            api.get_account().attach_media(sid, tmp_path / "a.ogg")
        with pytest.raises(FileNotFoundError):
            api.get_account().attach_media(sid, tmp_path / "missing.mp3")


def test_unknown_extension_of_a_recording_names_its_media_too(shared_api: Api) -> None:
    path = f"{shared_api.root}/Recordings/{shared_api.find_sid(Status.COMPLETED)}"
    reason = shared_api.get(f"{path}.ogg").headers["x-mock-reason"]
    assert reason == "Expected one of .json, .xml, .csv, .html, .wav, .mp3 here, found '.ogg'."
    refused = shared_api.request("DELETE", f"{path}.wav")
    assert refused.status_code == 404
    assert refused.headers["x-mock-reason"] == "Expected one of .json, .xml, .csv, .html here, found '.wav'."
