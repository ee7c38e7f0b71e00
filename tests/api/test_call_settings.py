"""Settings of calls: the order of callbacks, the channels, and a transcribeCallback by itself."""

from typing import Any

import pytest

from mockserver.settings.choices import ChannelOrder
from mockserver.testing import MockTwilio
from tests.harness import Api, make_settings
from tests.voice_apps import ORIGIN, VOICEMAIL, VoiceApp

MESSAGE = "Hi, this is Ann. Please call me back tomorrow."
ALONE = {"/voice": '<Record transcribeCallback="/transcribed" action="/thanks"/>'}


def play_voicemail(documents: Any, **settings: Any) -> VoiceApp:
    """Return the app after one message."""
    app = VoiceApp(documents)
    with MockTwilio(**settings) as mock:
        mock.callbacks.deliver_to(app)
        call = mock.calls.incoming(f"{ORIGIN}/voice", speech=MESSAGE, digits="#", status_callback=f"{ORIGIN}/status")
        assert call.is_played
        assert {callback.state for callback in mock.callbacks} == {"delivered"}
    return app


@pytest.mark.parametrize(
    ("order", "channels"), [(ChannelOrder.PARTY_FIRST, [2, 1]), (ChannelOrder.PARTY_SECOND, [1, 2])]
)
def test_channel_of_the_person_is_a_setting(order: ChannelOrder, channels: list[int]) -> None:
    twiml = "<Response><Say>One</Say><Record playBeep='false'/></Response>"
    command = {"direction": "outgoing", "to": "+15005550009", "twiml": twiml, "record": "dual", "speech": MESSAGE}
    with Api(make_settings(channel_order=order)) as api:
        call = api.run_command("POST", "/calls", command)
        index = api.get_account().recordings.recording_index
        dual, mono = (index.get(index.created.get_indices_of_parent(call["sid"])[number]) for number in (0, 1))
    assert [turn.channel for turn in dual.turns or ()][:2] == channels
    assert [turn.channel for turn in mono.turns or ()] == [1]


@pytest.mark.parametrize(("setting", "is_called"), [("with-transcribe", False), ("alone", True)])
def test_transcribe_callback_alone_is_called_if_a_setting_says_so(setting: Any, is_called: bool) -> None:
    app = play_voicemail(ALONE, transcribe_callback=setting)
    assert ("/transcribed" in app.paths) is is_called


def test_record_without_transcription_asks_for_none_by_any_setting() -> None:
    app = play_voicemail({"/voice": '<Record action="/thanks"/>'}, transcribe_callback="alone")
    assert app.paths == ["/voice", "/thanks", "/status"]


def test_shuffled_callbacks_of_a_recording_stay_in_order() -> None:
    orders = set()
    for seed in range(8):
        app = play_voicemail(VOICEMAIL, callback_order="shuffled", seed=str(seed))
        assert app.paths.index("/recorded") < app.paths.index("/transcribed")
        orders.add(tuple(path for path in app.paths if path in ("/status", "/recorded", "/transcribed")))
    assert len(orders) > 1


def test_waiting_callback_is_a_timer() -> None:
    with MockTwilio(callback_order="shuffled", seed="1") as mock:
        for number in range(5):
            mock.recordings.add(id=f"it{number}", status="completed", callback="http://127.0.0.1:1/")
        timers = [timer.what for timer in mock.state().timers]
        assert "callback completed of it" in timers[0]
        assert not timers[0].endswith(", again")
