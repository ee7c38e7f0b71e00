"""What a request did: the recordings that it showed or changed, the timelines that counted it, and what followed."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mockserver.journal.journal import MAX_LOGGED_RECORDINGS

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account
    from mockserver.journal.effects import Effect
    from mockserver.journal.journal import Entry

_SID = r"RE[0-9a-fA-F]{32}"
_VERBS = {"create": "made", "update": "changed", "delete": "deleted"}
_FIRST_ERROR_STATUS = 300


def list_touched(account: "Account", entry: "Entry") -> list[str]:
    """Return the SIDs of the recordings that a request showed or changed, the first 50."""
    ledger = account.recordings.recording_index
    return [ledger.get_sid(index) for index in find_touched(account, entry)]


def find_touched(account: "Account", entry: "Entry") -> list[int]:
    """Return the indices of the recordings that a request showed or changed, the first 50.

    A response without recordings is about those that the path or its own body names.
    """
    ledger = account.recordings.recording_index
    if entry.response.recordings:
        return [index for index in entry.response.recordings if index in ledger]
    text = entry.path
    if entry.method == "POST" and entry.response.status < _FIRST_ERROR_STATUS:
        text += (account.journal.newest.get_body(entry.number, account.journal.total) or b"").decode("latin-1")
    indices = map(ledger.find_index, dict.fromkeys(re.findall(_SID, text)))
    return list(dict.fromkeys(index for index in indices if index is not None))[:MAX_LOGGED_RECORDINGS]


def describe_effects(account: "Account", entry: "Entry") -> list[str]:
    """Return sentences about what a request did, without an end."""
    effect = account.journal.newest.find_effect(entry.number, entry)
    return [*_describe_change(account, entry), *([] if effect is None else _describe_effect(account, effect))]


def _describe_change(account: "Account", entry: "Entry") -> Iterator[str]:
    verb = None if entry.operation is None else _VERBS.get(entry.operation.value.partition("_")[0])
    if verb is not None and entry.response.status < _FIRST_ERROR_STATUS:
        ledger = account.recordings.recording_index
        yield from (f"{verb} {ledger.get_name(index)}" for index in find_touched(account, entry))


def _describe_effect(account: "Account", effect: "Effect") -> Iterator[str]:
    from scenarios.triggers import COUNTED, walk_leaf_triggers

    ledger = account.recordings.recording_index
    for index, progress in effect.counted.items():
        counts = dict(zip(COUNTED, progress.counts, strict=True))
        after = progress.timeline[progress.step].after
        for trigger in () if after is None else walk_leaf_triggers(after):
            for noun in (effect.kind.value, "requests"):
                wanted = getattr(trigger, noun, None)
                if wanted is not None:
                    yield f"counted {counts[noun]} of {wanted} {noun} of {ledger.get_name(index)}"
    for event in account.events.get_events_since(effect.first_event, effect.next_event - effect.first_event):
        number = "" if event.entry is None else f"step {event.entry.number} of "
        yield f"{number}{event.subject}: {event.what}"
