"""Pages of generated recordings are the same in every version: users write SIDs and prices into their tests."""

import pytest

from tests.corpora.pages import GOLDEN, NAMES, list_digests

LINES = GOLDEN.read_text(encoding="ascii").splitlines()


def test_golden_file_has_all_corpora() -> None:
    assert [line.rsplit(" ", 2)[0] for line in LINES[::2]] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_pages_equal_golden_digests(name: str) -> None:
    assert [line for line in LINES if line.startswith(f"{name} ")] == list(list_digests(name))
