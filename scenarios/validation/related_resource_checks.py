"""Checks the steps of what belongs to a recording: its transcription, its call and its conference."""

from collections.abc import Iterator

from msgspec import UNSET

from generators.model import CONFERENCE_SOURCES
from scenarios.lifecycle import STATUSES_WITHOUT_AUDIO
from scenarios.model import OnCreate, Pick, ScriptedRecording
from scenarios.problems import Problem, ValuePath
from scenarios.related_resources import PRECEDING, iter_related_statuses
from scenarios.statuses import RecordingStatus
from scenarios.steps import NO_FIELDS, Step


def changes_something(step: Step) -> bool:
    """Return True if a step changes the recording, or what belongs to it."""
    return step.status is not None or step.set != NO_FIELDS or any(iter_related_statuses(step))


class RelatedResourceChecker:
    """Follows the statuses of what belongs to a recording from step to step."""

    def __init__(self, subject: ScriptedRecording | Pick | OnCreate) -> None:
        self._is_created = isinstance(subject, OnCreate)
        self._has_conference = not isinstance(subject, OnCreate) and _has_conference(subject)
        self._is_encrypted = not isinstance(subject, OnCreate) and _is_encrypted(subject)
        self._latest: dict[str, str] = {}

    def check_step(self, step: Step, status: RecordingStatus | None, path: ValuePath) -> Iterator[Problem]:
        """Yield the problems of the next step.

        Args:
            status: the status of the recording by then, if it is known.
        """
        for key, found in iter_related_statuses(step):
            sentence = self._find_reason_against(key, status)
            latest, preceding = self._latest.get(key), PRECEDING[key][found]
            if sentence is not None:
                yield Problem((*path, key), sentence)
            elif latest is not None and latest not in preceding:
                expected = f"{found} after {' or '.join(preceding)} only" if preceding else f"{found} first only"
                yield Problem((*path, key), f"expected {expected}, found it after {latest}.")
            self._latest[key] = found

    def _find_reason_against(self, key: str, status: RecordingStatus | None) -> str | None:
        """Explain why a recording has no such thing, or return None."""
        if key == "transcription":
            if self._is_encrypted:
                return "expected no transcription of an encrypted recording: it has none."
            return f"expected none with {status}: such a recording has no audio." if _has_no_audio(status) else None
        if self._is_created:
            return f"expected no {key} in on_create: what starts a recording has a course of its own."
        if key == "conference" and not self._has_conference:
            known = " or ".join(source for source in CONFERENCE_SOURCES)
            return f"expected a recording with a conference_sid or the source {known}, found one without a conference."
        return None


def _is_encrypted(subject: ScriptedRecording | Pick) -> bool:
    is_picked = isinstance(subject, Pick) and bool(subject.where.encrypted)
    return is_picked or subject.encryption_details not in (UNSET, None)


def _has_no_audio(status: RecordingStatus | None) -> bool:
    return status in STATUSES_WITHOUT_AUDIO


def _has_conference(subject: ScriptedRecording | Pick) -> bool:
    if isinstance(subject, Pick):
        return bool(subject.where.conference) or subject.where.source in CONFERENCE_SOURCES
    if subject.conference_sid is UNSET:
        return subject.source in CONFERENCE_SOURCES
    return subject.conference_sid is not None
