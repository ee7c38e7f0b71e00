"""Finds scenarios: those bundled with this package, and the user's files."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from os.path import exists, isdir, isfile  # pathlib's functions raise for names that are too long
from pathlib import Path
from typing import NamedTuple

from generators.suggestion import suggest
from scenarios.loading.documents import FORMATS_BY_EXTENSION, MAX_SIZES, FileFormat, ParsedDocument, parse_document
from scenarios.problems import LocatedError, ScenarioError


class ScenarioSource(NamedTuple):
    """A scenario file."""

    name: str
    """The name as the user wrote it."""
    file: Traversable
    file_format: FileFormat
    folder: Path | None
    """The folder for the files that it names; None to allow no files."""

    def read(self, errors: list[LocatedError] | None = None) -> ParsedDocument:
        """Return the parsed file.

        Args:
            errors: gets the errors after which parsing can continue; None to raise the first.

        Raises:
            ScenarioError: if the file cannot be read or parsed.
        """
        try:
            with self.file.open("rb") as opened:
                data = opened.read(MAX_SIZES[self.file_format] + 1)
        except OSError as error:
            raise ScenarioError(f"{self.name}: expected a file that can be read: {error.strerror}.") from None
        return parse_document(data, self.file_format, self.name, errors)


def find_bundled_files() -> dict[str, Traversable]:
    """Return the names of the bundled scenarios, sorted."""
    beside = {file.name.removesuffix(".yaml"): file for file in files("scenarios").iterdir() if _is_yaml(file)}
    return dict(sorted(beside.items()))


def find_source(name_or_path: str) -> ScenarioSource:
    """Find a bundled scenario by name, else a file.

    Raises:
        ScenarioError: if neither exists, or the file has an unknown extension.
    """
    ours = find_bundled_files()
    if name_or_path in ours:
        return ScenarioSource(f"{name_or_path}.yaml", ours[name_or_path], FileFormat.YAML, None)
    path = Path(name_or_path)
    if not exists(path):
        expected = f"a file or one of the bundled scenarios ({', '.join(ours)})"
        meant = suggest(path.stem, ours)
        raise ScenarioError(f"{name_or_path}: expected {expected}, found neither.{meant}")
    return build_file_source(path, name_or_path)


def build_file_source(path: Path, name: str) -> ScenarioSource:
    """Return a file as a source.

    Raises:
        ScenarioError: if the path is not a file, or has an unknown extension.
    """
    if not isfile(path):
        raise ScenarioError(f"{name}: expected a file, found {'a folder' if isdir(path) else 'none'}.")
    form = FORMATS_BY_EXTENSION.get(path.suffix.lower())
    if form is None:
        known = ", ".join(FORMATS_BY_EXTENSION)
        raise ScenarioError(f"{name}: expected a file that ends in one of {known}, found {path.suffix or 'no ending'}.")
    return ScenarioSource(name, path, form, path.parent)


def _is_yaml(file: Traversable) -> bool:
    return file.name.endswith(".yaml")
