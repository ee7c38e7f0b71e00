import pytest

from generators.instants import SECOND
from mockserver.rest.errors import TwilioError
from mockserver.rest.media_links import build_link, check_link

KEY = b"key"
NOW = 1_767_225_600 * SECOND + 999_999


def is_alive(link: str, instant: int) -> bool:
    path, _, query = link.partition("?")
    try:
        check_link(path, query, KEY, instant, has_authorization=False)
    except TwilioError:
        return False
    return True


@pytest.mark.parametrize(("rate", "seconds"), [(0.0, 300), (0.5, 300), (1.0, 300), (60.0, 18_000)])
def test_link_lasts_its_time_on_any_clock(rate: float, seconds: int) -> None:
    link = build_link("/m", "", KEY, NOW, rate)
    end = (NOW // SECOND + seconds) * SECOND
    assert (is_alive(link, end - 1), is_alive(link, end)) == (True, False)


def test_query_of_client_cannot_extend_a_link() -> None:
    link = build_link("/m", "Expires=99999999999&Signature=0", KEY, NOW, 0)
    assert (is_alive(link, NOW), is_alive(link, NOW + 301 * SECOND)) == (True, False)
