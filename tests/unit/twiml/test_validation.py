"""What Twilio does not know is left out with a warning that names the nearest right name."""

import pytest

from mockserver.twiml.acts import Dial, Gather, Hangup, Pause, Say, StartRecording
from mockserver.twiml.problems import MAX_PROBLEMS, TwimlProblem
from tests.twiml_documents import read_codes, read_error, read_response


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            '<Start><Recording recordingChannels="mono"/></Start>',
            "Attribute 'recordingChannels' is not allowed to appear in element 'Recording' (line 1). "
            "Did you mean channels?",
        ),
        (
            '<Start><Recording recordingTrack="both"/></Start>',
            "Attribute 'recordingTrack' is not allowed to appear in element 'Recording' (line 1). Did you mean track?",
        ),
        (
            '\n<Record finish_on_key="#"/>',
            "Attribute 'finish_on_key' is not allowed to appear in element 'Record' (line 2). "
            "Did you mean finishOnKey?",
        ),
        (
            '<Dial statusCallbackEvent="completed">911</Dial>',
            "Attribute 'statusCallbackEvent' is not allowed to appear in element 'Dial' (line 1). "
            "Did you mean recordingStatusCallbackEvent?",
        ),
        ("<say>Hi</say>", "Element 'say' is not allowed in element 'Response' (line 1). Did you mean Say?"),
        ("<Dail>911</Dail>", "Element 'Dail' is not allowed in element 'Response' (line 1). Did you mean Dial?"),
        (
            "<Dial><Number action='/next'>911</Number></Dial>",
            "Attribute 'action' is not allowed to appear in element 'Number' (line 1).",
        ),
        ("<Zzz/>", "Element 'Zzz' is not allowed in element 'Response' (line 1)."),
        (
            "<Number>911</Number>",
            "Element 'Number' is not allowed in element 'Response' (line 1). It belongs in <Dial>.",
        ),
        ("Hello", "Element 'Response' cannot have text (line 1)."),
    ],
)
def test_unknown_name_is_12200_with_a_suggestion(content: str, text: str) -> None:
    assert (TwimlProblem(12200, "warning", text),) == read_response(content).problems


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<Gather><Record/></Gather>", 13320),
        ("<Gather><Zzz/></Gather>", 12200),
        ("<Dial>911<Play>/a.mp3</Play></Dial>", 13215),
        ("<Start><Dial/></Start>", 14300),
        ("<Record><Say>Hi</Say></Record>", 12200),
        ("<Start/>", 14300),
    ],
)
def test_wrong_nesting_has_the_code_of_its_verb(content: str, code: int) -> None:
    assert [code] == read_codes(content)


def test_document_goes_on_after_what_is_left_out() -> None:
    script = read_response("<Zzz><Say>no</Say></Zzz><Gather><Record/><Pause/></Gather><Hangup/>")
    assert (Gather(prompts=(Pause(),)), Hangup()) == script.acts


@pytest.mark.parametrize(
    "content",
    [
        '<Connect><Stream url="wss://a"><Parameter name="a" value="b"/></Stream></Connect>',
        "<Connect><Conversation serviceInstanceSid='IS1'/></Connect>",
        "<Connect><Room>a</Room></Connect>",
        "<Connect><VirtualAgent connectorName='a'/></Connect>",
        "<Connect><ConversationRelay url='wss://a'/></Connect>",
        "<Echo/>",
        "<Pay><Prompt><Say>Card?</Say></Prompt></Pay>",
        "<Prompt/>",
        "<Queue>a</Queue>",
        "<Refer><Sip>sip:a@b</Sip></Refer>",
        '<Sms to="+14155550123">Hi</Sms>',
        "<Start><Siprec/></Start>",
        '<Start><Transcription><Config name="a" value="b"/></Transcription></Start>',
        '<Stop><Stream name="a"/></Stop>',
    ],
)
def test_known_verb_that_is_not_played_has_no_act_and_one_problem(content: str) -> None:
    script = read_response(content)
    assert script.acts == ()
    (problem,) = script.problems
    assert (problem.code, problem.level) == (13750, "warning")
    assert "is not played by this mock" in problem.text


@pytest.mark.parametrize("noun", ["<Application>AP1</Application>", "<Queue>support</Queue>"])
def test_noun_that_is_not_played_leaves_a_dial_without_targets(noun: str) -> None:
    script = read_response(f"<Dial>{noun}</Dial>")
    assert (script.acts, [problem.code for problem in script.problems]) == ((Dial(),), [13750])


@pytest.mark.parametrize(
    "content",
    [
        "<Gather speechTimeout='auto' maxSpeechTime='30' language='en-US' hints='a, b' bargeIn='true' enhanced='true' "
        "speechModel='phone_call' profanityFilter='false' partialResultCallback='/p' debug='true' "
        "partialResultCallbackMethod='POST'/>",
        "<Dial referUrl='/r' referMethod='POST' ringTone='us'><Number sendDigits='ww1' byoc='BY1' "
        "machineDetection='Enable' machineDetectionTimeout='30' machineDetectionSpeechThreshold='2400' "
        "machineDetectionSpeechEndThreshold='1200' machineDetectionSilenceTimeout='5000' amdStatusCallback='/a' "
        "amdStatusCallbackMethod='POST'>+15005550008</Number></Dial>",
        "<Dial><Conference waitMethod='POST' coach='CA1' participantLabel='a' eventCallbackUrl='/e' "
        "jitterBufferSize='small'>a</Conference></Dial>",
        "<Say language='de-DE'>Guten Tag</Say>",
        "<Enqueue workflowSid='WW1' waitUrlMethod='POST' maxQueueSize='3'>a</Enqueue>",
    ],
)
def test_attributes_that_the_sdk_builds_have_no_problem(content: str) -> None:
    assert read_codes(content) == []


def test_names_in_skipped_verbs_are_checked_too() -> None:
    assert read_codes('<Connect><Stream uri="wss://a"/></Connect>') == [13750, 12200]


def test_recording_beside_a_stream_is_started() -> None:
    assert (StartRecording(),) == read_response("<Start><Stream/><Recording/></Start>").acts


def test_text_of_unknown_elements_in_speech_is_spoken() -> None:
    script = read_response("<Say>Hello <b>big <i>blue</i></b> world</Say>")
    assert (Say("Hello big blue world"),) == script.acts
    assert [problem.code for problem in script.problems] == [12200, 12200]


def test_element_of_another_parent_in_ssml_is_warned_of() -> None:
    assert read_codes("<Say><sub>a<break/></sub></Say>") == [12200]


def test_root_of_another_case_is_12102_with_a_suggestion() -> None:
    problem = read_error(b"<response/>")
    assert problem.code == 12102
    assert problem.text == "The root element must be Response, found response. Did you mean Response?"


def test_problems_are_bounded_and_distinct() -> None:
    names = "".join(f'<Zz{number} a{number}="1"/><Hangup a{number}="1"/>' for number in range(MAX_PROBLEMS))
    assert len(read_response(names).problems) == MAX_PROBLEMS
    assert read_codes("<Zzz/>" * 1000) == [12200]
