"""The first module of ours that the command `recmock` and the pytest plugin import.

It finds modules of a user's project that have the names of our packages. So it is installed beside them, and imports
only the standard library.
"""

import sys
from importlib.machinery import PathFinder
from pathlib import Path

OUR_PACKAGES = ("mockserver", "generators", "scenarios")
_FOLDER = Path(__file__).parent
_ROOT = _FOLDER if (_FOLDER / "mockserver").is_dir() else _FOLDER.parent.parent
"""The folder of our packages: that of this module, or of the repository."""


def run_command() -> int:
    """Run the command `recmock`, and return its exit code."""
    hidden = find_hidden_package()
    if hidden is not None:
        print(f"recmock: {hidden}", file=sys.stderr)
        return 2
    from mockserver.cli.main import main

    return main()


def find_hidden_package() -> str | None:
    """Return an error message if a module with the name of one of our packages hides it, else None."""
    return next(filter(None, map(_describe_if_hidden, OUR_PACKAGES)), None)


def _describe_if_hidden(name: str) -> str | None:
    module = sys.modules.get(name)
    spec = PathFinder.find_spec(name) if module is None else getattr(module, "__spec__", None)
    found: str | None = getattr(module, "__file__", None) or (None if spec is None else spec.origin)
    if found is not None and Path(found) == _ROOT / name / "__init__.py":
        return None
    if found is None and spec is not None:
        found = next(iter(spec.submodule_search_locations or ()), None)
    return _describe(name, found)


def _describe(name: str, found: str | None) -> str:
    """Return the error message for one of our packages. It names what Python found in its place."""
    return (
        f"expected the package `{name}` of twilio-recordings-mock, found {found or 'none'}: a module of your project "
        "has the same name. Rename it, or keep its folder out of sys.path: run `pytest --import-mode=importlib` "
        "instead of `python -m pytest`."
    )
