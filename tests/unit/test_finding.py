import sys
from importlib.machinery import SourceFileLoader

import mockserver
from mockserver.finding import as_written


def test_our_modules_are_found_past_others_who_would_change_them() -> None:
    before = list(sys.meta_path)
    with as_written():
        finder, *others = sys.meta_path
        spec = finder.find_spec("mockserver.clock", mockserver.__path__)
        assert spec is not None
        assert type(spec.loader) is SourceFileLoader
        assert finder.find_spec("requests", None) is None
        assert others == before
    assert sys.meta_path == before
