"""Threads of the operating system, also after a library has replaced Python's threads by green ones.

`gevent.monkey.patch_all()` and `eventlet.monkey_patch()` do that. An event loop in a green thread would stop all
others.
"""

import _thread
import sys
import threading
from collections.abc import Callable
from functools import cache
from importlib.machinery import BuiltinImporter
from importlib.util import module_from_spec
from types import BuiltinFunctionType, ModuleType
from typing import Any


def has_green_threads() -> bool:
    """Return True if a library has replaced Python's threads."""
    return not isinstance(_thread.start_new_thread, BuiltinFunctionType)


def start_native_thread(function: Callable[[], Any]) -> None:
    """Call a function in a new thread of the operating system. Python does not wait for it when it exits."""
    trace: Any = threading.gettrace()  # of a debugger or of coverage
    _load_thread_module().start_new_thread(lambda: (_set_trace(trace), function()), ())  # type: ignore[func-returns-value]


def _set_trace(trace: Any) -> None:
    sys.settrace(trace)  # pragma: no cover - the trace of this thread begins after this line


@cache
def _load_thread_module() -> ModuleType:
    """Return a new copy of the built-in module, which no library has changed."""
    spec = BuiltinImporter.find_spec("_thread")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
