"""Problems of a document: Twilio's debugger events, without the request that caused them."""

from typing import Literal

import msgspec

Level = Literal["error", "warning"]

MAX_PROBLEMS = 50
"""A document with more has the same fault again and again. It bounds the time that reading takes."""
_ERROR_CODES = frozenset(
    {
        *(11200, 11205, 11206, 11210, 11215, 11220, 11235, 11236, 11237),
        *(11100, 11750, 11770, 12100, 12102, 12300, 13201, 13231, 13238, 13239, 13338, 13621, 16020),
        *(14201, 14202, 14204, 14205, 14206, 14300, 15004),
    }
)
"""The codes that Twilio's error dictionary calls errors. It calls the others of this package warnings."""


class TwimlProblem(msgspec.Struct, frozen=True):
    """One event for the debugger."""

    code: int
    level: Level
    text: str


class TwimlError(Exception):
    """Nothing of an answer can be played."""

    def __init__(self, problem: TwimlProblem) -> None:
        super().__init__(f"{problem.code}: {problem.text}")
        self.problem = problem


def build_problem(code: int, text: str) -> TwimlProblem:
    """Return a problem with the level that Twilio's error dictionary gives its code."""
    return TwimlProblem(code, "error" if code in _ERROR_CODES else "warning", text)


class ProblemList:
    """Collects the problems of one document, up to a limit."""

    def __init__(self) -> None:
        self._problems: list[TwimlProblem] = []

    @property
    def is_full(self) -> bool:
        return len(self._problems) >= MAX_PROBLEMS

    def add(self, code: int, text: str) -> None:
        """Add a problem, unless there are too many or it is there already."""
        problem = build_problem(code, text)
        if not self.is_full and problem not in self._problems:
            self._problems.append(problem)

    def to_tuple(self) -> tuple[TwimlProblem, ...]:
        return tuple(self._problems)
