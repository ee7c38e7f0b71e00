"""What an export needs to know of a server."""

from mockserver.account.account import Account
from mockserver.account.export.writing import ExportSource
from mockserver.account.overrides import AccountOverrides
from mockserver.mock import Mock


def build_export_source(mock: Mock, account: Account) -> ExportSource:
    """Return an account with the settings and secrets of its server."""
    declared = [token for known in mock.declared_accounts.values() for token in (known.token, known.secondary)]
    secrets = [*declared, *(key.secret for key in mock.api_keys.values()), mock.control_token]
    return ExportSource(
        account=account,
        settings=mock.settings,
        t0=mock.account_factory.t0,
        base_url=mock.account_factory.build_recording_defaults(account.base_url).base_url,
        name=mock.find_name(account.sid),
        overrides=mock.overrides.get(account.sid.lower(), AccountOverrides()),
        secrets=[secret for secret in secrets if secret],
    )
