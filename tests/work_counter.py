"""Counts the work of requests: the indices, blocks and rows that they visit."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from generators.corpus.corpus import Corpus
from generators.corpus.even_spread import EvenSpread
from generators.corpus.layout import Layout
from generators.corpus.quotas import Quotas
from mockserver.account.resources.positions import ListPositions

STOP_AT = 200_000
"""A request that visits so many is broken, and would not end."""


class WorkCounter:
    """The work since the last `clear`.

    Args:
        monkeypatch: undoes the counting after the test.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.indices: set[int] = set()
        self.blocks: set[int] = set()
        self.steps = 0
        """Positions and computed indices, each as often as it was visited."""
        self._watch(monkeypatch, Layout, "get_block", lambda _, index: self._visit(self.indices, index))
        self._watch(monkeypatch, Corpus, "generate_recording", lambda _, index: self._visit(self.indices, index))
        self._watch(monkeypatch, Corpus, "generate_recordings", lambda _, indices: self._visit_all(indices))
        self._watch(monkeypatch, Layout, "_build_block", lambda _, number: self._visit(self.blocks, number))
        self._watch(monkeypatch, Quotas, "get_quota", lambda _, name, number: self._visit(self.blocks, number))
        self._watch(monkeypatch, ListPositions, "get_index", lambda *_: self._count_step())
        self._watch(monkeypatch, ListPositions, "get_position", lambda *_: self._count_step())
        self._count_yields(monkeypatch)

    def clear(self) -> None:
        """Forget the work so far."""
        self.indices.clear()
        self.blocks.clear()
        self.steps = 0

    def get_most(self) -> int:
        """Return the highest count."""
        return max(len(self.indices), len(self.blocks), self.steps // 2)  # a row's position becomes its index again

    def _watch(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, count: Callable[..., None]) -> None:
        original = getattr(owner, name)

        def counting(*args: Any, **options: Any) -> Any:
            count(*args)
            return original(*args, **options)

        monkeypatch.setattr(owner, name, counting)

    def _count_yields(self, monkeypatch: pytest.MonkeyPatch) -> None:
        original = EvenSpread.find_within

        def counting(spread: EvenSpread, window: range, *, newest_first: bool) -> Any:
            for number in original(spread, window, newest_first=newest_first):
                self._count_step()
                yield number

        monkeypatch.setattr(EvenSpread, "find_within", counting)

    def _visit(self, visited: set[int], number: int) -> None:
        visited.add(number)
        assert len(visited) < STOP_AT, "a request visits too much"

    def _visit_all(self, indices: Sequence[int]) -> None:
        for index in indices:
            self._visit(self.indices, index)

    def _count_step(self) -> None:
        self.steps += 1
        assert self.steps < STOP_AT, "a request visits too much"
