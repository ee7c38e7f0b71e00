from mockserver.control.client.connection import _find_reason
from mockserver.control.client.http_connection import HttpResponse

HEADERS = {"x-mock-reason": "Too lo..."}


def test_whole_reason_of_body_is_preferred_to_header() -> None:
    assert _find_reason(HttpResponse(400, HEADERS, b'{"code": 20001, "reason": "Too long."}')) == "Too long."


def test_header_has_reason_of_other_bodies() -> None:
    for body in (b'{"code": 20001}', b"<html>", b"", b"[" * 100_000, b"[1]"):
        assert _find_reason(HttpResponse(400, HEADERS, body)) == "Too lo..."
        assert _find_reason(HttpResponse(400, {}, body)) is None
