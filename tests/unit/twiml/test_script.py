"""An answer is read by its Content-Type."""

import pytest

from mockserver.twiml.acts import Hangup, Play, Redirect, Say
from mockserver.twiml.problems import TwimlError
from mockserver.twiml.script import MAX_BYTES, Script, read_script
from tests.twiml_documents import read_error

HANGUP = b"<Response><Hangup/></Response>"


@pytest.mark.parametrize(
    "content_type",
    ["text/xml", "application/xml", "text/html", "TEXT/XML", "text/xml; charset=utf-8", "text/plain", " text/html;"],
)
def test_twiml_is_accepted_without_a_problem(content_type: str) -> None:
    assert Script((Hangup(),)) == read_script(HANGUP, content_type)


def test_empty_response_has_no_acts() -> None:
    assert Script(()) == read_script(b"<Response/>", "text/xml")


@pytest.mark.parametrize("body", [b"Goodbye\n now", b" <Goodbye> now", b"<!DOCTYPE html><p>"])
def test_plain_text_is_read_aloud_before_the_call_ends(body: bytes) -> None:
    assert Script((Say(" ".join(body.decode().split())), Hangup())) == read_script(body, "text/plain")


def test_empty_plain_text_ends_the_call() -> None:
    assert Script((Hangup(),)) == read_script(b"", "text/plain")


def test_audio_of_any_size_is_played_before_the_call_ends() -> None:
    assert Script((Play(""), Hangup())) == read_script(b"RIFF" * MAX_BYTES, "audio/mpeg")


def test_empty_json_ends_the_call_without_a_problem() -> None:
    assert Script(()) == read_script(b" \n", "application/json; charset=utf-8")


@pytest.mark.parametrize("content_type", ["application/json", "image/png", "application/octet-stream"])
def test_other_type_is_12300_and_named(content_type: str) -> None:
    problem = read_error(b"{}", content_type)
    assert (problem.code, problem.level) == (12300, "error")
    assert problem.text.endswith(f"found {content_type}")


def test_missing_type_is_12300() -> None:
    assert read_error(HANGUP, None).text.endswith("found none")


@pytest.mark.parametrize("content_type", ["text/xml", "text/html"])
def test_empty_body_is_11770(content_type: str) -> None:
    assert read_error(b"", content_type).code == 11770


def test_64_kilobytes_are_accepted_and_one_more_byte_is_11750() -> None:
    body = HANGUP.ljust(MAX_BYTES)
    assert Script((Hangup(),)) == read_script(body, "text/xml")
    assert read_error(body + b" ").code == 11750
    assert read_error(body + b" ", "text/plain").code == 11750


def test_declared_charset_of_the_type_counts() -> None:
    body = "<Response><Redirect>/é</Redirect></Response>".encode("latin-1")
    assert (Redirect("/é"),) == read_script(body, 'text/xml; boundary=x; Charset="ISO-8859-1"').acts


def test_error_has_the_problem_in_its_message() -> None:
    with pytest.raises(TwimlError, match="12102: The root element must be Response, found html"):
        read_script(b"<html/>", "text/html")
