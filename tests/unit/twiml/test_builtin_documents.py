"""Documents of Twilio's own hosts."""

from urllib.parse import quote_plus

import pytest

from mockserver.twiml.acts import Act, Play, Redirect, Say
from mockserver.twiml.builtin_documents import find_builtin_document
from mockserver.twiml.script import read_script


def read_builtin(url: str) -> tuple[Act, ...]:
    document = find_builtin_document(url)
    assert document is not None
    script = read_script(document, "text/xml; charset=utf-8")
    assert script.problems == ()
    return script.acts


@pytest.mark.parametrize(
    "start",
    [
        "http://twimlets.com/echo?Twiml=",
        "https://twimlets.com/echo?Twiml=",
        "https://www.twimlets.com/echo?Twiml=",
        "HTTPS://WWW.TWIMLETS.COM/Echo?twiml=",
        "http://twimlets.com:80/echo/?a=b&Twiml=",
    ],
)
def test_echo_answers_its_parameter(start: str) -> None:
    twiml = "<Response><Say>Ünder 5 & 6</Say></Response>".replace("&", "&amp;")
    assert (Say("Ünder 5 & 6"),) == read_builtin(f"{start}{quote_plus(twiml)}&#rc=1")


def test_echo_without_a_parameter_ends_the_call() -> None:
    assert read_builtin("http://twimlets.com/echo") == ()


@pytest.mark.parametrize("url", ["http://demo.twilio.com/docs/voice.xml", "HTTPS://Demo.Twilio.com/docs/voice.xml"])
def test_demo_document_speaks_and_plays(url: str) -> None:
    say, play = read_builtin(url)
    assert isinstance(say, Say)
    assert isinstance(play, Play)


def test_hold_music_repeats_itself() -> None:
    play, redirect = read_builtin("http://twimlets.com/holdmusic?Bucket=com.twilio.music.ambient")
    assert isinstance(play, Play)
    assert "com.twilio.music.ambient" in (play.url or "")
    assert Redirect("") == redirect


@pytest.mark.parametrize(
    ("message", "act"), [("Please+wait+%26+see", Say("Please wait & see")), ("http://a/b.mp3", Play("http://a/b.mp3"))]
)
def test_hold_music_has_a_message(message: str, act: Act) -> None:
    assert act == read_builtin(f"http://twimlets.com/holdmusic?Message={message}")[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://twimlets.com/menu",
        "http://twimlets.com.example.com/echo",
        "http://demo.twilio.com/docs/classic.mp3",
        "ftp://twimlets.com/echo",
        "http://127.0.0.1/echo",
        "http://[",
        "/echo",
        "",
    ],
)
def test_other_urls_are_not_built_in(url: str) -> None:
    assert find_builtin_document(url) is None
