"""The names that `mockserver.testing` exports."""

import pytest

import mockserver.testing
from mockserver.testing.sink import Sink


def test_testing_exports_the_sink_at_its_first_use() -> None:
    assert mockserver.testing.Sink is Sink
    assert [getattr(mockserver.testing, name).__name__ for name in mockserver.testing.__all__] == [
        "MockServer",
        "MockTwilio",
        "Received",
        "Sink",
        "UnusedFaultError",
    ]


def test_testing_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match=r"module 'mockserver\.testing' has no attribute 'Sinks'"):
        _ = mockserver.testing.Sinks  # type: ignore[attr-defined]  # a mistake
