import pytest

import mockserver.settings


def test_package_has_only_the_public_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Setings'"):
        mockserver.settings.Setings  # type: ignore[attr-defined]  # noqa: B018
