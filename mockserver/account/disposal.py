"""Frees the memory of an account that another one has replaced, in small steps.

Otherwise the garbage collector would free all of it at once, and no request would be answered meanwhile.
"""

from mockserver.account.gradual import Steps
from mockserver.account.state.state import State

_STEP = 200
"""The number of values that are freed in one step."""


def dispose(state: State) -> Steps[None]:
    """Drop the values of a state that no request needs any more."""
    for mapping in (
        state.recordings,
        state.reached,
        state.subscriptions,
        state.playing,
        state.revisions,
        state.handles,
    ):
        while mapping:
            for _ in range(min(_STEP, len(mapping))):
                mapping.popitem()
            yield
    while state.created:
        del state.created[-_STEP:]
        yield
