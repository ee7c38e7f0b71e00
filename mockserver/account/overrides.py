"""Settings of one account that override those of the server."""

import msgspec

from mockserver.rest.auth import AuthSetting
from mockserver.rest.representations.wires import WireSetting


class AccountOverrides(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands above the server's settings for an account; None leaves them."""

    wire: WireSetting | None = None
    auth: AuthSetting | None = None
    """`strict` means the account's own token: no other account is known to it."""
