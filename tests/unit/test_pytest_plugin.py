import gc
import sys
from importlib.machinery import SourceFileLoader

import pytest

import mockserver
from recmock_plugin import without_assertion_rewriting, without_garbage_collection


def test_mock_modules_are_found_without_assertion_rewriting() -> None:
    before = list(sys.meta_path)
    with without_assertion_rewriting():
        finder, *other_finders = sys.meta_path
        spec = finder.find_spec("mockserver.mock", mockserver.__path__)
        assert spec is not None
        assert type(spec.loader) is SourceFileLoader
        assert finder.find_spec("requests", None) is None
        assert other_finders == before
    assert sys.meta_path == before


@pytest.mark.parametrize("is_enabled", [True, False])
def test_garbage_collector_is_as_before_after_a_pause(is_enabled: bool, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(gc.enable)
    if not is_enabled:
        gc.disable()
    with without_garbage_collection():
        assert not gc.isenabled()
    assert gc.isenabled() is is_enabled
