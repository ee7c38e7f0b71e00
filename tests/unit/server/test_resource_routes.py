"""A path leads to its route by a table: to the same one, with the same parameters, as by a pattern for each route."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.server.routes.resource_routes import ResourceRoutes
from mockserver.server.routes.table import RESOURCE_ROUTES
from tests.harness import Api, make_settings

ROUTES = ResourceRoutes(RESOURCE_ROUTES)
_SEGMENTS = sorted({segment for route in RESOURCE_ROUTES for segment in route.path.split("/") if "{" not in segment})
_ODD_SEGMENTS = ["AC1", "x", "RE.json", ".json", "a.b.c", "\n", "Recordings.json", "Recordings.", "recordings"]


def find_by_pattern(path: str) -> tuple[str, dict[str, str]] | None:
    for route in RESOURCE_ROUTES:
        extension = "" if route.path.endswith("}") else r"(?:\.[^/]+)?"
        match = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.path) + extension, path)
        if match is not None:
            return route.path, match.groupdict()
    return None


def find_in_table(path: str) -> tuple[str, dict[str, str]] | None:
    found = ROUTES.find(path)
    return None if found is None else (found[0].path, dict(found[1]))


@given(st.lists(st.sampled_from([*_SEGMENTS, *_ODD_SEGMENTS]), max_size=11))
def test_any_path_has_the_route_of_its_pattern(segments: list[str]) -> None:
    path = "/".join(("", *segments))
    assert find_by_pattern(path) == find_in_table(path)


@pytest.mark.parametrize("extension", ["", ".json", ".xml", ".", "..", ".a.b", "/", "//x"])
@pytest.mark.parametrize("route", RESOURCE_ROUTES, ids=lambda route: route.path)
def test_path_of_each_route_leads_to_it(route: object, extension: str) -> None:
    path = f"{route.path}{extension}"  # type: ignore[attr-defined]  # it is a route
    assert find_by_pattern(path) == find_in_table(path)


@pytest.mark.parametrize("path", ["", "/", "x", "2010-04-01/Accounts", "x/2010-04-01/Accounts", "/2010-04-01"])
def test_path_of_no_route_leads_to_none(path: str) -> None:
    assert find_in_table(path) is None


def test_only_the_last_parameter_has_an_extension() -> None:
    call = f"CA{'1' * 32}"
    with Api(make_settings(count=9)) as api:
        assert api.get_in_account(f"Calls/{call}/Recordings.json").status_code == 200
        wrong = api.get_in_account(f"Calls/{call}.json/Recordings.json")
    assert wrong.status_code == 404
    assert f"found '{call}.json'" in wrong.headers["x-mock-reason"]
