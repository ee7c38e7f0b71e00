"""Modules that requests need are found at any time.

A test may empty or replace `sys.path` while the server runs. To import everything before would take longer than all the
rest of the start, for parts that few servers use: callbacks (httpcore), scenarios (PyYAML), the proxy (cryptography),
MP3 (lameenc), forms of several parts and adversarial recordings (Hypothesis).
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import FrameType, ModuleType

_OWN_PACKAGES = ("generators", "mockserver", "scenarios")


class OwnImportsFinder:
    """Finds the modules that our own code imports, whatever `sys.path` has become. Other imports are not affected.

    Args:
        search_path: `sys.path` before the server starts.
    """

    def __init__(self, search_path: Sequence[str]) -> None:
        self._search_path = search_path

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's specification if no other finder knows the module, or None."""
        is_top_level = path is None  # any other module is found through its package
        if is_top_level and _has_own_code(sys._getframe(1)):
            return PathFinder.find_spec(name, self._search_path, target)
        return None


def prepare_imports() -> None:
    """Remember where the modules are that requests may need."""
    if not any(isinstance(finder, OwnImportsFinder) for finder in sys.meta_path):
        sys.meta_path.append(OwnImportsFinder(tuple(sys.path)))


def _has_own_code(frame: FrameType | None) -> bool:
    """Return True if a function on the stack is ours, except for this module."""
    while frame is not None:
        module: str = frame.f_globals.get("__name__", "")
        if module.partition(".")[0] in _OWN_PACKAGES and module != __name__:
            return True
        frame = frame.f_back
    return False
