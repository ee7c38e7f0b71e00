"""The settings of a mock, and how they are read from flags and environment variables."""

from mockserver.settings.choices import MediaAuth, MediaRedirect, Profile, UnknownHosts
from mockserver.settings.settings import Settings, SettingsError

__all__ = ["MediaAuth", "MediaRedirect", "Profile", "Settings", "SettingsError", "UnknownHosts"]
