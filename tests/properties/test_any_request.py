"""Any request gets a Twilio resource or a Twilio error, never a 500."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.harness import Api, parse_error

NAMES = st.sampled_from(
    ["PageSize", "Page", "PageToken", "DateCreated", "DateCreated<", "DateCreated>", "CallSid", "ConferenceSid"]
) | st.text(max_size=8)
VALUES = (
    st.text(max_size=20)
    | st.integers().map(str)
    | st.datetimes().map(str)
    | st.dates().map(str)
    | st.sampled_from(["true", "PARE" + "0" * 32, "PBRE" + "0" * 32, "CA" + "f" * 32])
)
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])


@pytest.fixture(scope="module")
def shared_api() -> Iterator[Api]:
    with Api() as api:
        yield api


def assert_twilio_response(response: httpx.Response) -> None:
    assert response.status_code < 500
    if response.status_code >= 400 and response.request.method != "HEAD":
        assert parse_error(response)["status"] == str(response.status_code)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6))
@settings(max_examples=100)
def test_any_list_query_gets_twilio_response(shared_api: Api, pairs: list[tuple[str, str]]) -> None:
    assert_twilio_response(shared_api.get(f"{shared_api.list_path}?{urlencode(pairs, errors='surrogatepass')}"))


@given(st.binary(max_size=60))
@example(b"%")
@example(b"a=%zz&&=&=")
def test_any_query_bytes_get_twilio_response(shared_api: Api, raw: bytes) -> None:
    target = "".join(chr(byte) if 33 <= byte < 127 and byte not in b"#" else f"%{byte:02X}" for byte in raw)
    assert_twilio_response(shared_api.get(f"{shared_api.list_path}?{target}"))


@given(METHODS, st.text(max_size=30), st.booleans())
@settings(max_examples=100)
def test_any_path_gets_twilio_response(shared_api: Api, method: str, text: str, is_below_account: bool) -> None:
    path = quote(text, safe="/", errors="replace").lstrip("/")
    assert_twilio_response(shared_api.request(method, f"{shared_api.root}/{path}" if is_below_account else f"/{path}"))
