"""Calls in users' tests, on the server of the session and on an external one (`--recmock-url`)."""

import pytest

from tests.voice_apps import VOICEMAIL, VoiceApp, serve_voice_app

pytest_plugins = ["pytester"]

_TIMEOUT_SECONDS = 60
CALL_TESTS = """
import asyncio
import pytest
import requests

MESSAGE = "Hi, this is Ann. Please call me back."

def test_incoming_call_leaves_a_message(recmock):
    for _ in range(2):
        call = recmock.calls.incoming(f"{APP}/voice", speech=MESSAGE, digits="#", status_callback=f"{APP}/end")
        assert (call.status, call.direction, call.is_played) == ("completed", "inbound", True)
        assert call.heard == ("Leave a message.", "Thank you.")
        assert call.said == (MESSAGE,)
        assert [(asked.purpose, asked.status) for asked in call.requests] == [("voice URL", 200), ("action", 200)]
        (recording,) = call.recordings
        assert (recording.status, recording.transcript) == ("completed", MESSAGE)
        sound = requests.get(f"{recording.url}.wav", auth=recmock.auth)
        assert (sound.status_code, sound.content[:4]) == (200, b"RIFF")
    client = recmock.client()
    assert [one.status for one in client.calls.list()] == ["completed"] * 2
    assert len(client.recordings.list()) == 2
    assert len(recmock.calls.list()) == 2
    recmock.debugger.assert_clean()
    recmock.doctor.assert_clean()

def test_no_call_is_left_of_the_test_before(recmock):
    assert (recmock.calls.list(), recmock.client().calls.list()) == ((), [])

@pytest.mark.recmock(clock="600x", corpus=0)
def test_incoming_call_is_played_by_a_running_clock(recmock):
    call = recmock.calls.incoming(f"{APP}/voice", speech=MESSAGE, digits="#")
    assert (call.status, len(call.recordings)) == ("completed", 1)

def test_call_that_goes_on_is_moved_by_the_test(recmock):
    call = recmock.calls.incoming(f"{APP}/wait", wait=False)
    recmock.clock.advance("1s")
    assert recmock.calls.get(call.sid).status == "in-progress"
    client = recmock.client()
    client.calls(call.sid).recordings.create()
    recmock.clock.advance("5s")
    ended = recmock.calls.hang_up(call)
    assert (ended.status, [one.source for one in ended.recordings]) == ("completed", ["StartCallRecordingAPI"])
    assert client.calls(call.sid).fetch().status == "completed"

def test_call_in_a_queue_hears_its_document_on_the_way(recmock):
    call = recmock.calls.incoming(f"{APP}/queue", hangs_up_after="25s")
    assert call.heard == ("Please wait.",) * 3
    assert [asked.purpose for asked in call.requests] == ["voice URL", "waitUrl", "waitUrl", "waitUrl"]

def test_outgoing_call_detects_a_machine(recmock):
    call = recmock.calls.outgoing("+15005550009", f"{APP}/voice", answers="machine", speech=MESSAGE)
    assert (call.status, call.answered_by) == ("completed", "machine_start")

def test_async_twin(recmock):
    async def main():
        return await recmock.calls.incoming_async(f"{APP}/voice", speech=MESSAGE, digits="#")
    assert asyncio.run(main()).status == "completed"

def test_error_of_the_app_is_in_the_debugger(recmock):
    call = recmock.calls.incoming("http://127.0.0.1:1/voice")
    assert [event.code for event in call.errors] == [11205]
    with pytest.raises(AssertionError, match="11205"):
        recmock.debugger.assert_clean()
"""
DELIVERY_TEST = """
import pytest

def test_app_of_this_process_needs_a_server_of_this_process(recmock):
    with pytest.raises(Exception, match="deliver_to: expected the server of this process"):
        recmock.callbacks.deliver_to(lambda environ, start_response: [])
"""
DOCUMENTS = {
    **VOICEMAIL,
    "/wait": "<Say>Hello</Say><Pause length='30'/>",
    "/queue": "<Enqueue waitUrl='/queued'>support</Enqueue>",
    "/queued": "<Say>Please wait.</Say><Pause length='9'/>",
}


pytestmark = pytest.mark.usefixtures("data_dir")


def run_tests(pytester: pytest.Pytester, content: str, *arguments: str, passed: int) -> None:
    with serve_voice_app(VoiceApp(DOCUMENTS)) as origin:
        pytester.makepyfile(f"APP = {origin!r}\n{content}")
        flags = ("-p", "no:cacheprovider", "-p", "no:randomly", "-W", "error", "-W", "ignore::DeprecationWarning")
        arguments = (*flags, "--recmock-corpus=0", *arguments)
        pytester.runpytest_subprocess(*arguments, timeout=_TIMEOUT_SECONDS).assert_outcomes(passed=passed)


def test_calls_are_played_on_the_server_of_the_session(pytester: pytest.Pytester) -> None:
    run_tests(pytester, CALL_TESTS, passed=8)


def test_calls_are_played_on_an_external_server(pytester: pytest.Pytester, external_url: str) -> None:
    for _ in range(2):
        run_tests(pytester, CALL_TESTS, "--recmock-url", external_url, passed=8)
    run_tests(pytester, DELIVERY_TEST, "--recmock-url", external_url, passed=1)
