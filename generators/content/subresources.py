"""The transcriptions, add-on results and payloads of a recording, as pure functions of it.

The index of a subresource is computed from the recording's index, so its SID leads back to the recording.
"""

import json
from operator import attrgetter
from typing import Any

from generators import distributions
from generators.content.dialogue import (
    BEATS_PER_SECOND,
    Dialogue,
    build_dialogue,
    build_dialogue_from_text,
    build_dialogue_from_turns,
    keep_voice,
    speak_alone,
)
from generators.model import (
    DUAL_SOURCES,
    AddOnResult,
    Payload,
    Recording,
    Status,
    Track,
    Transcription,
    TranscriptionStatus,
)
from generators.random_fields import RandomFields
from generators.sids import Kind, SidCipher

_INDICES_PER_RECORDING = {Kind.TRANSCRIPTION: 1, Kind.ADD_ON_RESULT: 4, Kind.PAYLOAD: 16}
"""The number of indices per recording: one transcription, and four results with four payloads each."""
SUBRESOURCE_KINDS = tuple(_INDICES_PER_RECORDING)

_ADD_ONS = ("ibm_watson_speechtotext", "voicebase_transcription")
"""Recording add-ons of Twilio's marketplace, by their unique names."""
_RESULT_COUNTS = (0, 1, 1, 1, 1, 1, 2, 2)
"""The number of results of a recording; three random bits choose."""
PAYLOADS_PER_RESULT = _INDICES_PER_RECORDING[Kind.PAYLOAD] // _INDICES_PER_RECORDING[Kind.ADD_ON_RESULT]
"""The number of payload indices per result."""
_BLANK = "(blank)"
_VOICES = {Track.INBOUND: 0, Track.OUTBOUND: 1, Track.BOTH: None}
"""The voice on a track; None for both. With two channels, voice 0 is on the left."""


def encode_subresource_sid(cipher: SidCipher, kind: Kind, recording_index: int, ordinal: int = 0) -> str:
    """Return the SID of a recording's n-th subresource of a kind, n from 0.

    Args:
        recording_index: the recording's index.
        ordinal: n; payloads are numbered through all results, four per result.

    Raises:
        IndexError: if n is too large.
    """
    room = _INDICES_PER_RECORDING[kind]
    if not 0 <= ordinal < room:
        raise IndexError(f"expected an ordinal from 0 to {room - 1} for {kind.value}, found {ordinal}")
    return cipher.encode(kind, recording_index * room + ordinal)


def split_subresource_index(kind: Kind, index: int) -> tuple[int, int]:
    """Return the recording's index and the ordinal of a subresource, from its index."""
    return divmod(index, _INDICES_PER_RECORDING[kind])


def compute_subresource_indices(kind: Kind, recording: Recording, index: int, random_fields: RandomFields) -> range:
    """Return the indices of a recording's subresources of a kind; empty if the recording has no readable audio.

    A completed recording that is not encrypted has one transcription, and up to two add-on results with one payload
    each.
    """
    if kind is Kind.TRANSCRIPTION:
        return range(index, index + has_transcription(recording))
    if not is_audible(recording):
        return range(0)
    room = _INDICES_PER_RECORDING[kind]
    step = room // _INDICES_PER_RECORDING[Kind.ADD_ON_RESULT]
    return range(index * room, index * room + _RESULT_COUNTS[random_fields.error] * step, step)


def is_audible(recording: Recording) -> bool:
    """Return True if a recording has audio that others than its owner can hear."""
    return recording.status is Status.COMPLETED and recording.encryption is None


def has_transcription(recording: Recording) -> bool:
    """Return True if a recording has a transcription: it is audible, and no step says that it has none."""
    return is_audible(recording) and (recording.transcription is None or recording.transcription.status is not None)


def build_recording_dialogue(recording: Recording, random_fields: RandomFields) -> Dialogue:
    """Return the dialogue of a recording: what was said in it, its scripted transcript, or a generated one.

    A recording of one track has one voice. What was said and a transcript are always heard as a whole.
    """
    if recording.turns is not None:
        return build_dialogue_from_turns(recording.turns, recording.duration or 0)
    voice = _VOICES[recording.track] if recording.source in DUAL_SOURCES else None
    if recording.transcript is not None:
        written = build_dialogue_from_text(recording.transcript, recording.duration or 0)
        return written if voice is None else speak_alone(written, voice)
    generated = build_dialogue(random_fields.content_key, recording.duration or 0, recording.source)
    return generated if voice is None else keep_voice(generated, voice)


def build_transcription(
    recording: Recording, index: int, random_fields: RandomFields, cipher: SidCipher
) -> Transcription:
    """Return the transcription of a recording."""
    requested, seconds = recording.transcription, recording.duration or 0
    status = _choose_transcription_status(recording, random_fields)
    text, price = {
        TranscriptionStatus.IN_PROGRESS: (None, None),
        TranscriptionStatus.FAILED: (_BLANK, 0),
    }.get(status) or (
        build_recording_dialogue(recording, random_fields).text,
        distributions.compute_transcription_price(seconds),
    )
    return Transcription(
        sid=encode_subresource_sid(cipher, Kind.TRANSCRIPTION, index),
        account_sid=recording.account_sid,
        recording_sid=recording.sid,
        status=status,
        text=text,
        duration=seconds,
        price=price,
        date_created=recording.date_updated if requested is None else requested.date_created,
        date_updated=recording.date_updated if requested is None else requested.date_updated,
    )


def _choose_transcription_status(recording: Recording, random_fields: RandomFields) -> TranscriptionStatus:
    """Return the status of a transcription. One in 32 of the generated ones has failed, and that of silence."""
    requested = None if recording.transcription is None else recording.transcription.status
    if requested not in (None, TranscriptionStatus.COMPLETED):
        return requested
    if recording.turns is None:
        has_failed = recording.transcription is None and random_fields.latency % 32 == 0
    else:
        has_failed = not any(turn.text for turn in recording.turns)
    return TranscriptionStatus.FAILED if has_failed else TranscriptionStatus.COMPLETED


def build_add_on_result(recording: Recording, index: int, _: RandomFields, cipher: SidCipher) -> AddOnResult:
    """Return an add-on result of a recording."""
    ordinal = split_subresource_index(Kind.ADD_ON_RESULT, index)[1]
    return AddOnResult(
        sid=cipher.encode(Kind.ADD_ON_RESULT, index),
        account_sid=recording.account_sid,
        recording_sid=recording.sid,
        add_on_sid=cipher.encode(Kind.ADD_ON, ordinal),
        add_on_configuration_sid=cipher.encode(Kind.ADD_ON_CONFIGURATION, ordinal),
        date_created=recording.date_updated,
        date_completed=recording.date_updated,
    )


def build_payload(recording: Recording, index: int, random_fields: RandomFields, cipher: SidCipher) -> Payload:
    """Return a payload of an add-on result."""
    result = build_add_on_result(recording, index // PAYLOADS_PER_RESULT, random_fields, cipher)
    return Payload(
        sid=cipher.encode(Kind.PAYLOAD, index),
        account_sid=recording.account_sid,
        recording_sid=recording.sid,
        add_on_result_sid=result.sid,
        add_on_sid=result.add_on_sid,
        add_on_configuration_sid=result.add_on_configuration_sid,
        label=_ADD_ONS[_choose_add_on(index)],
        date_created=result.date_created,
    )


def build_payload_data(recording: Recording, index: int, random_fields: RandomFields) -> str:
    """Return the JSON data that the add-on itself would send."""
    said = build_recording_dialogue(recording, random_fields)
    make = (_build_watson_data, _build_voicebase_data)[_choose_add_on(index)]
    return json.dumps(make(recording, said))


def _choose_add_on(payload_index: int) -> int:
    _, ordinal = split_subresource_index(Kind.PAYLOAD, payload_index)
    return ordinal // PAYLOADS_PER_RESULT


def _compute_word_times(dialogue: Dialogue) -> list[tuple[str, float, float]]:
    """Return each word with its start and end in seconds. The words of a turn share its time by their length."""
    found = []
    for turn in filter(attrgetter("text"), dialogue.turns):
        a_letter = (turn.stop - turn.start) / BEATS_PER_SECOND / len(turn.text)
        begin = turn.start / BEATS_PER_SECOND
        for word in turn.text.split():
            end = begin + len(word) * a_letter
            found.append((word, round(begin, 2), round(end, 2)))
            begin = end + a_letter
    return found


def _build_watson_data(recording: Recording, dialogue: Dialogue) -> dict[str, Any]:
    spoken_words = [(word.strip(".,?").lower(), begin, end) for word, begin, end in _compute_word_times(dialogue)]
    transcript = " ".join(word for word, _, _ in spoken_words)
    alternative = {"confidence": 0.92, "transcript": f"{transcript} ", "timestamps": spoken_words}
    return {
        "id": recording.sid,
        "results": [{"result_index": 0, "results": [{"alternatives": [alternative], "final": True}]}],
        "status": "completed",
        "user_token": recording.account_sid,
    }


def _build_voicebase_data(recording: Recording, dialogue: Dialogue) -> dict[str, Any]:
    spoken_words = [
        {"p": place, "s": round(begin * 1000), "e": round(end * 1000), "c": 0.92, "w": word}
        for place, (word, begin, end) in enumerate(_compute_word_times(dialogue))
    ]
    return {
        "media": {
            "mediaId": recording.sid,
            "status": "finished",
            "metadata": {"length": {"milliseconds": (recording.duration or 0) * 1000}},
            "transcripts": {"latest": {"name": "latest", "confidence": 0.92, "words": spoken_words}},
        }
    }
