"""Files that scenarios and tests name with a relative path."""

from collections.abc import Sequence
from os.path import exists  # Path.exists raises for names that are too long
from pathlib import Path


def find_file(name: str | Path, folders: Sequence[Path]) -> Path:
    """Return the absolute path of a file.

    Args:
        folders: where to look, before the working directory. If no folder has the file, its path is in the first one.
    """
    paths = [folder.absolute() / name for folder in (*folders, Path())]
    return next((path for path in paths if exists(path)), paths[0])
