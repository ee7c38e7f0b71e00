"""What the steps of timelines need, imported for the first of them. A reached import statement costs 2 us."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.account.state.events import StepEntry
    from scenarios.callbacks import StepCallbacks
    from scenarios.lifecycle import StatusFacts
    from scenarios.statuses import RecordingStatus
    from scenarios.steps import CallbackEvents, Step

    _StepDescriber = Callable[[Step, CallbackEvents], str]
    _StepCallbackGetter = Callable[[Step, CallbackEvents], StepCallbacks]
    _RelatedStatusIterator = Callable[[Step], Iterable[tuple[str, str]]]


@cache
def load_entry_type() -> "type[StepEntry]":
    """Return the type of how a timeline came to a step."""
    from mockserver.account.state.events import StepEntry

    return StepEntry


@cache
def load_statuses() -> "Mapping[RecordingStatus, StatusFacts]":
    """Return the table of statuses, imported for the first timeline. A reached import statement costs 2 us."""
    from scenarios.lifecycle import STATUSES

    return STATUSES


@cache
def load_step_functions() -> "tuple[_StepDescriber, _StepCallbackGetter, _RelatedStatusIterator]":
    """Return what a step needs, imported for the first one."""
    from scenarios.explain.timelines import describe_step
    from scenarios.lifecycle import get_step_callbacks
    from scenarios.related_resources import iter_related_statuses

    return describe_step, get_step_callbacks, iter_related_statuses
