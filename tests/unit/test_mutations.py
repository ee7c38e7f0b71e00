"""The tables of mutations fit the code."""

import ast
from pathlib import Path

import pytest

from tests.mutants.mutation import ROOT, TABLE, Mutation, StaleMutationError, load_mutations, load_table

MUTATIONS = load_mutations()


def read_text(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.file}: {mutation.why}")
def test_mutation_fits_the_code_once_and_names_existing_tests(mutation: Mutation) -> None:
    mutation.check(ROOT)
    changed = read_text(mutation.file).replace(mutation.old, mutation.new)
    assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(read_text(mutation.file)))


def test_every_table_holds_the_mutations_of_its_room() -> None:
    for file in TABLE.iterdir():
        assert {mutation.room for mutation in load_table(file)} == {file.stem}
    assert len({(mutation.file, mutation.old, mutation.new) for mutation in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize(
    ("file", "old", "test", "message"),
    [
        ("a/b.py", "five", "test_a.py", r"a/b\.py: expected this text once, found it 0 times: 'five' \(breaks b\)\."),
        ("a/b.py", "two", "test_a.py", r"a/b\.py: expected this text once, found it 2 times: 'two'"),
        ("a/c.py", "one", "test_a.py", r"a/c\.py: expected this text once, found it 0 times: 'one'"),
        ("a/b.py", "one", "test_b.py", r"test_b\.py: expected a test of this name, found none \(breaks b\)\."),
        ("a/b.py", "one", "test_a.py::test_c", r"test_a\.py::test_c: expected a test of this name, found none"),
    ],
)
def test_stale_mutation_is_reported(tmp_path: Path, file: str, old: str, test: str, message: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.py").write_text("one, two, two = range(3)\n")
    (tmp_path / "test_a.py").write_text("def test_a() -> None: ...\n")
    mutation = Mutation(why="breaks b", file=file, old=old, new="six", tests=("test_a.py::test_a[1]", test))
    with pytest.raises(StaleMutationError, match=message):
        mutation.check(tmp_path)


def test_applied_mutation_changes_only_its_text(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("one = 1\n")
    assert Mutation(why="", file="b.py", old="1", new="2", tests=()).apply(tmp_path) == "one = 1\n"
    assert (tmp_path / "b.py").read_text() == "one = 2\n"
