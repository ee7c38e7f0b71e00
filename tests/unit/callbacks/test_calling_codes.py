import pytest

from mockserver.callbacks.calling_codes import COUNTRIES, find_country, is_phone_number


@pytest.mark.parametrize(
    ("number", "country"),
    [("+14155550100", "US"), ("+442071838750", "GB"), ("+352621123456", "LU"), ("+491751234567", "DE"), ("+2105", "")],
)
def test_country_is_found_by_the_longest_calling_code(number: str, country: str) -> None:
    assert country == find_country(number)


def test_no_calling_code_is_the_beginning_of_another() -> None:
    assert [
        (code, other) for code in COUNTRIES for other in COUNTRIES if other != code and other.startswith(code)
    ] == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [("+14155550100", True), ("client:alice", False), ("sip:a@b.test", False), ("4155550100", False), ("+0123", False)],
)
def test_phone_numbers_are_recognised(address: str, expected: bool) -> None:
    assert is_phone_number(address) is expected
