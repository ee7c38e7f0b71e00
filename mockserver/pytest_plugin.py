"""The pytest plugin, for `-p mockserver.pytest_plugin`.

The entry point is `recmock_plugin`, which is found even if a test project has its own package `mockserver`.
"""

from recmock_plugin import *  # noqa: F403
