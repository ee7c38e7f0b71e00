"""The settings of a mock, and how they are read from flags and environment variables."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.settings.choices import MediaAuth, MediaRedirect, Profile, UnknownHosts
    from mockserver.settings.settings import Settings, SettingsError

__all__ = ["MediaAuth", "MediaRedirect", "Profile", "Settings", "SettingsError", "UnknownHosts"]

if not TYPE_CHECKING:  # pragma: no branch - a type checker would take any other name for a name of this module

    def __getattr__(name: str) -> Any:
        """Import a class at its first use: some commands need no settings."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from mockserver.settings import choices, settings

        return getattr(settings if name.startswith("Settings") else choices, name)
