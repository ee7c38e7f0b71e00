"""Finds our own modules as Python does, past pytest.

pytest rewrites the assertions of all that comes with a plugin. That takes three times as long as to import it,
in every session that cannot write what comes of it beside the package.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_OURS = frozenset({"mockserver", "generators", "scenarios"})


class _Finder:
    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return PathFinder.find_spec(fullname, path, target) if fullname.partition(".")[0] in _OURS else None


@contextmanager
def as_written() -> Iterator[None]:
    """Let what is imported of us meanwhile be as it is written."""
    sys.meta_path.insert(0, _Finder)
    try:
        yield
    finally:
        sys.meta_path.remove(_Finder)
