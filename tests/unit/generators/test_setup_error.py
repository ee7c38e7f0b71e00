"""The errors that a bad set-up raises have one base class."""

import pytest

from generators.corpus.mix import MixError
from generators.corpus.weekly_rhythm import SpanTooShortError
from generators.setup_error import MockSetupError
from mockserver.account.setup_error import ScenarioSetupError
from scenarios.problems import ScenarioError


@pytest.mark.parametrize("kind", [ScenarioSetupError, MixError, ScenarioError, SpanTooShortError])
def test_setup_errors_share_a_base_class(kind: type[Exception]) -> None:
    assert issubclass(kind, MockSetupError)
    assert issubclass(kind, ValueError)
