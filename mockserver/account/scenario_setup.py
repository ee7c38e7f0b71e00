"""A scenario laid over an account's fresh world: its recordings, picks, rules and hazards."""

from collections.abc import Iterator
from itertools import islice

import msgspec
from msgspec import UNSET

from generators.corpus.corpus import Corpus
from generators.corpus.weekly_rhythm import SECOND
from generators.model import CONFERENCE_SOURCES, Recording, Source, Track
from generators.setup_error import MockSetupError
from mockserver.account.account import Account
from mockserver.account.state.state import ArmedPageDrift
from scenarios.handles import pick_handles, recording_handles
from scenarios.lifecycle import whole
from scenarios.model import Facts, Pick, Scenario, ScriptedRecording, Selector, Subscribed
from scenarios.timeline import instant_of

_MOST_LOOKED_AT = 100_000
"""How many generated recordings are looked at for a pick."""
_LASTING = ("channels", "source", "track", "price_unit", "encryption_details", "start_time")
"""Facts that a change of status leaves alone: they are set once."""


class ArmingError(MockSetupError):
    """A scenario that this account's corpus has no room for; the message says what is missing."""


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario's recordings get where it does not say."""

    status_callback: str | None
    """Who is told of their statuses."""
    base_url: str
    """Scheme and host of the URLs in callbacks."""


def arm(account: Account, scenario: Scenario, defaults: Defaults) -> None:
    """Lay a scenario over an account that nothing has happened to yet.

    Raises:
        ArmingError: where there are not as many generated recordings as are to be picked, or one has the SID of
            a recording that the scenario brings along.
    """
    for handle, scripted in zip(recording_handles(scenario.recordings), scenario.recordings, strict=True):
        index = add(account, scripted, handle, defaults, account.corpus.spec.t0 * SECOND)
        account.play.start(index, whole(scripted))
    for pick in scenario.pick:
        _pick(account, pick, defaults)
    for fault in scenario.faults:
        account.faults.arm(fault=fault)
    for sequence in scenario.sequences:
        account.faults.arm(sequence=sequence)
    account.state.page_drift = [ArmedPageDrift(rule=rule, left=rule.times) for rule in scenario.page_drift]


def add(account: Account, scripted: ScriptedRecording, handle: str, defaults: Defaults, instant: int) -> int:
    """Take in a recording that is scripted, with all that does not depend on its status, and return its index.

    Args:
        instant: when it was created, where it does not say, in microseconds since 1970.

    Raises:
        ArmingError: where a generated recording has its SID.
    """
    corpus = account.corpus
    if scripted.date_created is not None:
        instant = instant_of(scripted.date_created)
    if scripted.sid is not None and corpus.index_of(scripted.sid) is not None:
        raise ArmingError(
            f"recording {handle}: expected a SID that no generated recording has, found {scripted.sid}. "
            "Pick that one, or leave the corpus out with `corpus: {count: 0}`."
        )
    index = account.recordings.add(
        sid=scripted.sid or corpus.sid_of_handle(handle),
        call_sid=scripted.call_sid,
        conference_sid=scripted.conference_sid,
        source=_source(scripted),
        channels=1 if scripted.channels is UNSET else scripted.channels,
        track=Track.BOTH if scripted.track is UNSET else scripted.track,
        transcript=scripted.transcript,
        instant=instant,
    )
    _prepare(account, index, handle, scripted, defaults)
    if scripted.media is not None:
        account.state.attached[index] = scripted.media
    return index


def _source(scripted: ScriptedRecording) -> Source:
    if scripted.source is not UNSET:
        return scripted.source
    return Source.DIAL_VERB if scripted.conference_sid is None else Source.CONFERENCE


def _prepare(account: Account, index: int, handle: str, facts: Subscribed, defaults: Defaults) -> None:
    account.recordings.ledger.call(index, handle)
    lasting = Facts(**{name: getattr(facts, name) for name in _LASTING})
    if lasting != Facts():
        account.recordings.stage(index, None, lasting)
    url = facts.status_callback or defaults.status_callback
    if url is not None:
        account.subscribe(index, url, facts.status_callback_method, facts.status_callback_event, defaults.base_url)


def _pick(account: Account, pick: Pick, defaults: Defaults) -> None:
    corpus = account.corpus
    taken = set(account.state.handles.values())
    meant = (index for index in _matching_indices(corpus, pick.where) if index not in taken)
    found = list(islice(meant, pick.count))
    if len(found) < pick.count:
        looked = min(corpus.count, _MOST_LOOKED_AT)
        raise ArmingError(
            f"pick {pick.id}: expected {pick.count} recordings that are as `where` says, "
            f"found {len(found)} among the newest {looked:,}. A larger count or another mix may have them."
        )
    for handle, index in zip(pick_handles(pick), found, strict=True):
        _prepare(account, index, handle, pick, defaults)
        account.play.start(index, whole(pick))


def _matching_indices(corpus: Corpus, where: Selector) -> Iterator[int]:
    seen = range(max(0, corpus.count - _MOST_LOOKED_AT), corpus.count)
    for index in corpus.layout.walk(seen, newest_first=True, deleted_from=None):
        if _matches(corpus.recording(index), where):
            yield index


def _matches(recording: Recording, where: Selector) -> bool:
    return (
        where.status in (None, recording.status.value)
        and where.source in (None, recording.source)
        and where.channels in (None, recording.channels)
        and where.conference in (None, recording.source in CONFERENCE_SOURCES)
        and where.encrypted in (None, recording.encryption is not None)
    )
