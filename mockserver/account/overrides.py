"""Settings of one account that override those of the server."""

from typing import Annotated

import msgspec
from msgspec import Meta

from mockserver.rest.auth import AuthSetting
from mockserver.rest.representations.wires import WireSetting
from scenarios.numbers import MAX_RULES


class AccountOverrides(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Overrides of the server's settings for one account. None keeps the server's setting."""

    wire: WireSetting | None = None
    auth: AuthSetting | None = None
    """With `strict`, only the tokens of the account and of its parent are accepted."""
    routes: Annotated[dict[str, str], Meta(max_length=MAX_RULES)] | None = None
    """Routes beside those of the server and of the scenario; one from the same origin replaces theirs."""
