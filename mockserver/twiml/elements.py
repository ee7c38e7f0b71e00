"""The table of TwiML's voice elements: verbs, nouns and SSML, with their attributes and children.

Keys are the names of the classes in twilio-python's `voice_response`, because two elements may share a name: `<Sip>` in
`<Dial>` and `<Sip>` in `<Refer>`. `RecordingToStop` has no class there.
"""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

import msgspec


class Treatment(Enum):
    """What the mock does with an element."""

    PLAYED = auto()
    SKIPPED = auto()
    """Nothing happens but a debugger event."""
    PART = auto()
    """Belongs to its parent and has no effect of its own."""
    SPEECH = auto()
    """A part of a text that is spoken."""


class ElementType(msgspec.Struct, frozen=True):
    """What a document may say in one element."""

    name: str
    treatment: Treatment
    attributes: frozenset[str] = frozenset()
    children: tuple[str, ...] = ()
    """The keys of the types that may be nested."""
    has_text: bool = False


def _describe(
    name: str, treatment: Treatment, attributes: str = "", children: str = "", *, has_text: bool = False
) -> ElementType:
    return ElementType(name, treatment, frozenset(attributes.split()), tuple(children.split()), has_text)


_PLAYED, _SKIPPED, _PART, _SPEECH = Treatment
_RECORDING_CALLBACK = (
    "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent recordingConfigurationId "
)
_STATUS_CALLBACK = "statusCallback statusCallbackMethod "
_CALL_STATUS_CALLBACK = f"{_STATUS_CALLBACK} statusCallbackEvent "
_WHISPER = "url method "
_MACHINE_DETECTION = (
    "machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold "
    "machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod "
)
_WORD_SSML = "SsmlBreak SsmlEmphasis SsmlPhoneme SsmlProsody SsmlSayAs SsmlSub "
_SENTENCE_SSML = f"{_WORD_SSML} SsmlLang SsmlW "
_PARAGRAPH_SSML = f"{_SENTENCE_SSML} SsmlS "
_ALL_SSML = f"{_PARAGRAPH_SSML} SsmlP "

_VERBS = {
    "VoiceResponse": _describe(
        "Response",
        _PLAYED,
        "",
        "Connect Dial Echo Enqueue Gather Hangup Leave Pause Pay Play Prompt Queue Record Redirect Refer Reject Say "
        "Sms Start Stop",
    ),
    "Connect": _describe(
        "Connect",
        _SKIPPED,
        "action method",
        "AiSession Autopilot Conversation ConversationRelay ConversationRelaySession Room Stream VirtualAgent",
    ),
    "Dial": _describe(
        "Dial",
        _PLAYED,
        "action method timeout hangupOnStar timeLimit callerId record trim recordingTrack answerOnBridge ringTone "
        f"sequential referUrl referMethod events passports {_RECORDING_CALLBACK}",
        "Application Client Conference Number Queue Sim Sip WhatsApp",
        has_text=True,
    ),
    "Echo": _describe("Echo", _SKIPPED),
    "Enqueue": _describe(
        "Enqueue", _PLAYED, "action method maxQueueSize waitUrl waitUrlMethod workflowSid", "Task", has_text=True
    ),
    "Gather": _describe(
        "Gather",
        _PLAYED,
        "input action method timeout speechTimeout maxSpeechTime profanityFilter finishOnKey numDigits "
        "partialResultCallback partialResultCallbackMethod language hints bargeIn debug actionOnEmptyResult "
        "speechModel enhanced",
        "Pause Play Say",
    ),
    "Hangup": _describe("Hangup", _PLAYED, "", "Parameter"),
    "Leave": _describe("Leave", _PLAYED),
    "Pause": _describe("Pause", _PLAYED, "length"),
    "Pay": _describe(
        "Pay",
        _SKIPPED,
        "input action bankAccountType timeout maxAttempts securityCode postalCode minPostalCodeLength "
        "paymentConnector paymentMethod tokenType chargeAmount currency description validCardTypes language "
        f"{_STATUS_CALLBACK}",
        "Parameter Prompt",
    ),
    "Play": _describe("Play", _PLAYED, "loop digits", has_text=True),
    "Prompt": _describe("Prompt", _SKIPPED, "for errorType cardType attempt requireMatchingInputs", "Pause Play Say"),
    "Record": _describe(
        "Record",
        _PLAYED,
        "action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback "
        f"{_RECORDING_CALLBACK}",
    ),
    "Redirect": _describe("Redirect", _PLAYED, "method", has_text=True),
    "Refer": _describe("Refer", _SKIPPED, "action method", "ReferSip"),
    "Reject": _describe("Reject", _PLAYED, "reason", "Parameter"),
    "Say": _describe("Say", _PLAYED, "voice loop language", _ALL_SSML, has_text=True),
    "Sms": _describe("Sms", _SKIPPED, "to from action method statusCallback", has_text=True),
    "Start": _describe("Start", _PLAYED, "action method", "Recording Siprec Stream Transcription"),
    "Stop": _describe("Stop", _PLAYED, "", "RecordingToStop Siprec Stream Transcription"),
}

_NOUNS = {
    "AiSession": _describe("AiSession", _PART, "aiConnector aiSessionConfiguration"),
    "Application": _describe(
        "Application",
        _SKIPPED,
        f"customerId copyParentTo {_WHISPER} {_CALL_STATUS_CALLBACK}",
        "ApplicationSid Parameter",
        has_text=True,
    ),
    "ApplicationSid": _describe("ApplicationSid", _PART, has_text=True),
    "Autopilot": _describe("Autopilot", _PART, has_text=True),
    "Client": _describe("Client", _PLAYED, f"{_WHISPER} {_CALL_STATUS_CALLBACK}", "Identity Parameter", has_text=True),
    "Conference": _describe(
        "Conference",
        _PLAYED,
        "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod maxParticipants record region coach "
        f"trim eventCallbackUrl jitterBufferSize participantLabel {_CALL_STATUS_CALLBACK} {_RECORDING_CALLBACK}",
        has_text=True,
    ),
    "Config": _describe("Config", _PART, "name value"),
    "Conversation": _describe(
        "Conversation",
        _PART,
        "serviceInstanceSid inboundAutocreation routingAssignmentTimeout inboundTimeout url method record trim "
        "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent "
        f"{_CALL_STATUS_CALLBACK}",
    ),
    "ConversationRelay": _describe(
        "ConversationRelay",
        _PART,
        "url language ttsLanguage transcriptionLanguage ttsProvider voice transcriptionProvider speechModel "
        "profanityFilter dtmfDetection welcomeGreeting partialPrompts welcomeGreetingInterruptible interruptible "
        "preemptible hints intelligenceService reportInputDuringAgentSpeech elevenlabsTextNormalization "
        "interruptSensitivity debug backgroundNoiseReduction speechTimeout deepgramSmartFormat ignoreBackchannel "
        "events partialPromptOnHangup eagerEotThreshold asrSmartFormat ttsTextNormalization "
        "ttsLanguageTextNormalization elevenlabsLanguageTextNormalization includeInPrompt customerName "
        "applicationReconnect echoPromptFiltering turnDetection",
        "Language Parameter",
    ),
    "ConversationRelaySession": _describe("ConversationRelaySession", _PART, "connector sessionConfiguration"),
    "Header": _describe("Header", _PART, "name value"),
    "Headers": _describe("Headers", _PART, "", "Header"),
    "Identity": _describe("Identity", _PART, has_text=True),
    "Language": _describe(
        "Language",
        _PART,
        "code ttsProvider voice transcriptionProvider speechModel hints asrSmartFormat ttsTextNormalization "
        "ttsLanguageTextNormalization",
    ),
    "Number": _describe(
        "Number",
        _PLAYED,
        f"sendDigits byoc {_WHISPER} {_CALL_STATUS_CALLBACK} {_MACHINE_DETECTION}",
        has_text=True,
    ),
    "Parameter": _describe("Parameter", _PART, "name value"),
    "Queue": _describe("Queue", _SKIPPED, f"reservationSid postWorkActivitySid {_WHISPER}", has_text=True),
    "Recording": _describe("Recording", _PLAYED, f"name channels track trim {_RECORDING_CALLBACK}"),
    "RecordingToStop": _describe("Recording", _PLAYED, "name"),
    "ReferSip": _describe("Sip", _PART, has_text=True),
    "Room": _describe("Room", _PART, "participantIdentity", has_text=True),
    "Sim": _describe("Sim", _SKIPPED, has_text=True),
    "Sip": _describe(
        "Sip",
        _PLAYED,
        f"username password {_WHISPER} {_CALL_STATUS_CALLBACK} {_MACHINE_DETECTION}",
        "Headers SipUri",
        has_text=True,
    ),
    "SipUri": _describe("Uri", _PART, "priority weight username password", has_text=True),
    "Siprec": _describe("Siprec", _SKIPPED, f"name connectorName track {_STATUS_CALLBACK}", "Parameter"),
    "Stream": _describe(
        "Stream", _SKIPPED, f"name connectorName url track audioFormat sampleRate {_STATUS_CALLBACK}", "Parameter"
    ),
    "Task": _describe("Task", _PART, "priority timeout", has_text=True),
    "Transcription": _describe(
        "Transcription",
        _SKIPPED,
        "name track statusCallbackUrl statusCallbackMethod inboundTrackLabel outboundTrackLabel partialResults "
        "languageCode transcriptionEngine profanityFilter speechModel hints enableAutomaticPunctuation "
        "intelligenceService",
        "Config Parameter",
    ),
    "VirtualAgent": _describe(
        "VirtualAgent", _PART, f"connectorName language sentimentAnalysis {_STATUS_CALLBACK}", "Config Parameter"
    ),
    "WhatsApp": _describe("WhatsApp", _SKIPPED, f"{_WHISPER} {_CALL_STATUS_CALLBACK}", has_text=True),
}

_SSML = {
    "SsmlBreak": _describe("break", _SPEECH, "strength time"),
    "SsmlEmphasis": _describe("emphasis", _SPEECH, "level", _SENTENCE_SSML, has_text=True),
    "SsmlLang": _describe("lang", _SPEECH, "xml:lang", _ALL_SSML, has_text=True),
    "SsmlP": _describe("p", _SPEECH, "", _PARAGRAPH_SSML, has_text=True),
    "SsmlPhoneme": _describe("phoneme", _SPEECH, "alphabet ph", has_text=True),
    "SsmlProsody": _describe("prosody", _SPEECH, "volume rate pitch", _ALL_SSML, has_text=True),
    "SsmlS": _describe("s", _SPEECH, "", _SENTENCE_SSML, has_text=True),
    "SsmlSayAs": _describe("say-as", _SPEECH, "interpret-as format", has_text=True),
    "SsmlSub": _describe("sub", _SPEECH, "alias", has_text=True),
    "SsmlW": _describe("w", _SPEECH, "role", _WORD_SSML, has_text=True),
}

ELEMENT_TYPES: Mapping[str, ElementType] = MappingProxyType(_VERBS | _NOUNS | _SSML)
"""All element types, by key."""
ROOT = ELEMENT_TYPES["VoiceResponse"]
NAMES = frozenset(element_type.name for element_type in ELEMENT_TYPES.values())
