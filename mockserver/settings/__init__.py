"""The settings of a mock: their table, and how flags and environment variables are read."""

from mockserver.settings.settings import MediaAuth, Profile, Settings, SettingsError, UnknownHosts

__all__ = ["MediaAuth", "Profile", "Settings", "SettingsError", "UnknownHosts"]
