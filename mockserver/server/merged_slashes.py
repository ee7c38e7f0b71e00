"""Paths with a slash twice, which come from a base URL with a slash at its end."""

from starlette.types import Scope

from mockserver.rest.negotiation import merge_slashes


def with_merged_slashes(scope: Scope) -> tuple[Scope, str | None]:
    """Return the scope with one slash for each run of slashes, and a warning if that changed the path."""
    path: str = scope["path"]
    if (merged := merge_slashes(path)) == path:
        return scope, None
    return {**scope, "path": merged}, f"The path has a slash twice: {path[:200]!r} was read as {merged[:200]!r}."
