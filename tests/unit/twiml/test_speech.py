"""The words and pauses of a `<Say>`."""

import pytest

from mockserver.twiml.acts import Say
from tests.twiml_documents import read_act, read_codes, read_response


@pytest.mark.parametrize(
    ("content", "say"),
    [
        ("Hello\n   world", Say("Hello world")),
        ("Fish &amp; chips", Say("Fish & chips")),
        ('One<break time="2s"/>two', Say("One two", break_seconds=2.0)),
        ('One<break time="500ms"/>two<break time="1.5s"/>', Say("One two", break_seconds=2.0)),
        ('<break time="60s"/>', Say("", break_seconds=10.0)),
        ("One<break/>two", Say("One two", break_seconds=0.5)),
        ('One<break strength="x-strong"/>two', Say("One two", break_seconds=1.0)),
        ('One<break strength="none"/>two', Say("One two")),
        ("<p>One</p><p><s>Two</s><s>Three</s></p>", Say("One Two Three", break_seconds=3.5)),
        ('<sub alias="World Wide Web Consortium">W3C</sub>', Say("World Wide Web Consortium")),
        ("<sub>W3C</sub>", Say("W3C")),
        (
            '<prosody rate="slow"><emphasis level="strong">very</emphasis></prosody> <say-as interpret-as="digits">12'
            '</say-as> <phoneme alphabet="ipa" ph="a">ah</phoneme> <w role="x">read</w> '
            '<lang xml:lang="fr-FR">oui</lang>',
            Say("very 12 ah read oui"),
        ),
    ],
)
def test_say(content: str, say: Say) -> None:
    assert say == read_act(f"<Say>{content}</Say>")


def test_voice_and_language_are_accepted() -> None:
    assert Say("Hi") == read_act('<Say voice="Polly.Joanna" language="en-US">Hi</Say>')


@pytest.mark.parametrize("content", ["<Say/>", "<Say>  </Say>", '<Say><break strength="none"/></Say>'])
def test_empty_say_is_13520_and_left_out(content: str) -> None:
    script = read_response(content)
    assert script.acts == ()
    assert [problem.code for problem in script.problems] == [13520]


def test_long_say_is_13521_and_spoken() -> None:
    assert read_codes(f"<Say>{'a' * 4096}</Say>") == []
    script = read_response(f"<Say>{'a' * 4097}</Say>")
    assert [problem.code for problem in script.problems] == [13521]
    assert (Say("a" * 4097),) == script.acts


@pytest.mark.parametrize("attribute", ['time="soon"', 'strength="huge"', 'time="2"', 'time="2s" strength="x"'])
def test_bad_break(attribute: str) -> None:
    expected = [] if "2s" in attribute else [12200]
    assert expected == read_codes(f"<Say>One<break {attribute}/></Say>")
