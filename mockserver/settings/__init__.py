"""The settings of a mock, and how they are read from flags and environment variables."""

from mockserver.settings.settings import MediaAuth, Profile, Settings, SettingsError, UnknownHosts

__all__ = ["MediaAuth", "Profile", "Settings", "SettingsError", "UnknownHosts"]
