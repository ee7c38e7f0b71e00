"""Lets every mock in this process keep its accounts in a store of its own."""

from typing import Any
from uuid import uuid4

import msgspec

from mockserver.mock import Mock
from mockserver.settings.settings import Settings
from mockserver.settings.store_url import StoreUrl
from tests.harness import MEMORY


def keep_accounts_in(place: str) -> None:
    """Choose a store for each new mock whose test chooses none.

    Args:
        place: a folder for SQLite files, or the URL of a Redis server.
    """
    initialize = Mock.__init__
    pattern = f"{place}?prefix={{}}" if "://" in place else f"sqlite:{place}/{{}}.db"

    def initialize_with_store(mock: Mock, settings: Settings | None = None, **options: Any) -> None:
        settings = settings or Settings()
        if settings.store.is_memory and settings.store is not MEMORY:
            settings = msgspec.structs.replace(settings, store=StoreUrl.parse(pattern.format(uuid4().hex)))
        initialize(mock, settings, **options)

    setattr(Mock, "__init__", initialize_with_store)  # noqa: B010  # mypy allows no other signature
