"""Lets every mock in this process keep its accounts in a SQLite file of its own."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from mockserver.mock import Mock
from mockserver.settings.settings import Settings
from mockserver.settings.store_url import StoreUrl
from tests.harness import MEMORY


def keep_accounts_in_files(folder: Path) -> None:
    """Choose a file for each new mock whose test chooses no store."""
    initialize = Mock.__init__

    def initialize_with_file(mock: Mock, settings: Settings | None = None, **options: Any) -> None:
        settings = settings or Settings()
        if settings.store.is_memory and settings.store is not MEMORY:
            settings = msgspec.structs.replace(settings, store=StoreUrl(folder / f"{uuid4().hex}.db"))
        initialize(mock, settings, **options)

    setattr(Mock, "__init__", initialize_with_file)  # noqa: B010  # mypy allows no other signature
