from base64 import b64encode

import pytest

from mockserver.journal.redaction import HIDDEN
from mockserver.journal.stand_ins import StandIns

TOKEN = "0123456789abcdef" * 2
SECRET = "correct-horse-battery"


def basic(secret: str) -> str:
    return f"Basic {b64encode(f'AC{TOKEN}:{secret}'.encode()).decode()}"


def test_equal_secrets_have_one_stand_in_of_the_form_of_a_token_if_they_are_tokens() -> None:
    stand_ins = StandIns()
    assert stand_ins.get(TOKEN) == "0" * 31 + "1"
    assert stand_ins.get(SECRET) == "stand-in-2"
    assert stand_ins.get(TOKEN) == "0" * 31 + "1"


@pytest.mark.parametrize("text", ["*", "", "stand-in-1", "0" * 31 + "7"])
def test_what_says_nothing_stays(text: str) -> None:
    assert StandIns().get(text) == text


def test_stand_in_of_a_file_is_not_given_to_another_secret() -> None:
    stand_ins = StandIns()
    stand_ins.get("stand-in-1")
    assert stand_ins.get(SECRET) == "stand-in-2"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Authorization", "Bearer correct-horse-battery", "Bearer stand-in-1"),
        ("authorization", "correct-horse-battery", "stand-in-1"),
        ("authorization", "Basic *", "Basic *"),
        ("proxy-authorization", basic("correct-horse-battery"), basic("stand-in-1")),
        ("cookie", "a=correct-horse-battery; b=2", "a=stand-in-1; b=stand-in-2"),
        ("set-cookie", "a=correct-horse-battery; Path=/x; Secure", "a=stand-in-1; Path=/x; Secure"),
        ("x-api-key", "correct-horse-battery", "stand-in-1"),
        ("referer", "http://me:correct-horse-battery@host/", "http://me:stand-in-1@host/"),
        ("accept", "*/*", "*/*"),
    ],
)
def test_secret_of_a_header_is_replaced_and_its_form_stays(name: str, value: str, expected: str) -> None:
    assert StandIns().replace_header(name, value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PageSize=5", "PageSize=5"),
        ("AuthToken=correct-horse-battery&x=1", "AuthToken=stand-in-1&x=1"),
        ("Url=https%3A%2F%2Fme%3Asecret%40host%2F", "Url=https://me:stand-in-1%40host/"),
    ],
)
def test_secret_parameters_are_replaced(text: str, expected: str) -> None:
    assert StandIns().replace_urlencoded(text) == expected


def test_urls_in_texts_lose_passwords_and_tokens() -> None:
    text = "see https://me:hunter2@host/a?page=1&api_key=correct-horse-battery#x"
    assert StandIns().replace_text(text) == "see https://me:stand-in-2@host/a?page=1&api_key=stand-in-1#x"


def test_known_secrets_are_replaced_in_any_text_unless_they_are_short() -> None:
    stand_ins = StandIns()
    for secret in (SECRET, "short"):
        stand_ins.get(secret)
    assert stand_ins.replace_text(f"<{SECRET}> short") == "<stand-in-1> short"
    assert HIDDEN not in stand_ins.replace_text(f"<{SECRET}>")
