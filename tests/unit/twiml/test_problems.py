"""Problems have the level of Twilio's error dictionary."""

import pytest

from mockserver.twiml.problems import ProblemList, TwimlError, TwimlProblem, build_problem
from tests.twiml_documents import read_codes


@pytest.mark.parametrize(
    ("code", "level"), [(12200, "warning"), (13217, "warning"), (13621, "error"), (12100, "error"), (11200, "error")]
)
def test_level_follows_from_the_code(code: int, level: str) -> None:
    assert build_problem(code, "text").level == level


def test_same_problem_is_listed_once() -> None:
    problems = ProblemList()
    problems.add(12200, "text")
    problems.add(12200, "text")
    assert problems.to_tuple() == (TwimlProblem(12200, "warning", "text"),)
    assert read_codes('<Record timeout="x"/><Record timeout="x"/>') == [13611]


def test_error_is_readable() -> None:
    assert str(TwimlError(build_problem(12102, "text"))) == "12102: text"
