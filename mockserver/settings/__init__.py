"""The settings of a mock, and how they are read from flags and environment variables."""

from mockserver.settings.settings import MediaAuth, MediaRedirect, Profile, Settings, SettingsError, UnknownHosts

__all__ = ["MediaAuth", "MediaRedirect", "Profile", "Settings", "SettingsError", "UnknownHosts"]
