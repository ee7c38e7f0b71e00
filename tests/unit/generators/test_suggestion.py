import pytest

from generators.suggestion import shorten_list


@pytest.mark.parametrize(
    ("count", "expected"), [(0, ""), (1, "0"), (3, "0, 1, 2"), (4, "0, 1, 2 and 1 more"), (9, "0, 1, 2 and 6 more")]
)
def test_long_list_is_shortened(count: int, expected: str) -> None:
    assert expected == shorten_list([str(number) for number in range(count)], limit=3)
