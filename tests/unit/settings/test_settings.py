import pytest

from mockserver.settings.choices import MediaRedirect
from mockserver.settings.settings import Settings, SettingsError


def test_media_redirect_as_bool_raises_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"media_redirect: expected one of off, on, cdn, found True\."):
        Settings(media_redirect=True)  # type: ignore[arg-type]
    assert Settings().media_redirect is MediaRedirect.OFF
