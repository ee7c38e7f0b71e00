"""Mutations: small faults, written by hand, that a named test must notice. Each room of the code has a TOML table."""

import re
import tomllib
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent.parent
TABLE = Path(__file__).parent / "table"


class StaleMutationError(Exception):
    """A mutation no longer fits the code: its text is gone or ambiguous, or one of its tests does not exist."""


class Mutation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A fault to put into the code.

    Args:
        why: what the fault does to a user.
        file: the path of the changed file, from the root of the project.
        old: the exact text to replace, which the file contains once.
        new: the text with the fault.
        tests: the pytest arguments that select the fewest tests that fail because of the fault.
    """

    why: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def room(self) -> str:
        """The room of the changed file, such as `rest`, or its package."""
        package, *folders, _ = self.file.split("/")
        return folders[0] if package == "mockserver" and folders else package

    def apply(self, root: Path) -> str:
        """Put the fault into the tree below a folder, and return the original text of the changed file.

        Raises:
            StaleMutationError: if the file does not contain the old text exactly once.
        """
        path = root / self.file
        original = path.read_text(encoding="utf-8") if path.is_file() else ""
        path.write_text(self._replace_text(original), encoding="utf-8")
        return original

    def check(self, root: Path) -> None:
        """Check that the mutation fits the tree below a folder, and that its tests exist.

        Raises:
            StaleMutationError: if it does not fit.
        """
        path = root / self.file
        self._replace_text(path.read_text(encoding="utf-8") if path.is_file() else "")
        for test in self.tests:
            file, _, function = test.partition("::")
            name = re.escape(function.partition("[")[0]) or r"test_\w+"
            text = (root / file).read_text(encoding="utf-8") if (root / file).is_file() else ""
            if re.search(rf"^def {name}\(", text, re.MULTILINE) is None:
                raise StaleMutationError(f"{test}: expected a test of this name, found none ({self.why}).")

    def _replace_text(self, text: str) -> str:
        found = text.count(self.old)
        if found != 1:
            raise StaleMutationError(
                f"{self.file}: expected this text once, found it {found} times: {self.old!r} ({self.why}). "
                f"If the code has changed, write the same fault into the new code, in {TABLE.name}/{self.room}.toml."
            )
        return text.replace(self.old, self.new)


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    mutation: tuple[Mutation, ...]


def load_table(file: Path) -> list[Mutation]:
    """Return the mutations of one table."""
    return list(msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _Table).mutation)


def load_mutations() -> list[Mutation]:
    """Return the mutations of all tables, room by room."""
    return [mutation for file in sorted(TABLE.glob("*.toml")) for mutation in load_table(file)]
