import sys
from importlib.machinery import SourceFileLoader

import mockserver
from recmock_plugin import without_assertion_rewriting


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
