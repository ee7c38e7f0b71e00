"""The file descriptors that this process may still open."""

import os

_FOLDER = "/dev/fd"
"""Linux and macOS list the open descriptors of a process here."""


def count_free_descriptors() -> int | None:
    """Return the number of descriptors that the process may still open, or None if the system does not say."""
    try:
        import resource  # Windows has neither this module nor such a limit

        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        used = len(os.listdir(_FOLDER)) - 1  # the listing itself needs one
    except (ImportError, FileNotFoundError):
        return None
    except OSError:  # not even one is left
        return 0
    return None if limit == resource.RLIM_INFINITY else max(0, limit - used)
