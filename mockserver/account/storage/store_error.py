"""Errors of stores."""

from generators.setup_error import MockSetupError


class StoreError(MockSetupError):
    """A store cannot be opened, read or written. The message names it, and says what was expected and found."""


class StoreInUseError(StoreError):
    """Another process has the store open."""


class SlowStoreError(StoreError):
    """The store did not answer. The change may have happened, or happen later."""


class StoreLostError(StoreError):
    """The store has lost data: it was emptied, or it is an older copy."""
