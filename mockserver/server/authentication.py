"""Finds the account of a request, and checks that its credentials may act on it."""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from generators.model import API_VERSION
from generators.sids import Kind, describe_sid, is_sid
from mockserver.account.account import Account
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.mock import Mock
from mockserver.rest.auth import AuthSetting, DeclaredAccount, authenticate, is_media_path, parse_credentials
from mockserver.rest.errors import TwilioError
from mockserver.rest.methods import READING_METHODS
from mockserver.server.exchange import Exchange
from mockserver.settings.choices import MediaAuth

ACCOUNTS_PREFIX = f"/{API_VERSION}/Accounts/"
_SID_LENGTH = 34
ACCOUNT_SID_SLICE = slice(len(ACCOUNTS_PREFIX), len(ACCOUNTS_PREFIX) + _SID_LENGTH)
_START_SLICE = slice(ACCOUNT_SID_SLICE.start, ACCOUNT_SID_SLICE.stop + 1)
_ACCOUNT_LIST = re.compile(rf"/{API_VERSION}/Accounts(?:\.[^/]*)?")


class Authentication:
    """The authentication of one mock, by its settings and by the overrides of its accounts."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._declared_accounts = mock.declared_accounts if mock.settings.auth is AuthSetting.STRICT else None
        self._is_auth_off = mock.settings.auth is AuthSetting.OFF
        self._is_media_public = mock.settings.media_auth is MediaAuth.PUBLIC

    async def prepare_account(self, exchange: Exchange) -> None:
        """Create the account that `get_account` will return, and answer other requests meanwhile."""
        path = exchange.path
        if not path.startswith(ACCOUNTS_PREFIX):
            if _ACCOUNT_LIST.fullmatch(path):
                await self._mock.prepare_account(self._find_caller_sid(exchange)[0])
            return
        sid, well_formed = _read_account_sid(path[_START_SLICE])
        if not well_formed or self._mock.find_account(sid) is not None:
            return
        if self._declared_accounts is None or sid.lower() in self._declared_accounts:
            await self._mock.prepare_account(sid)

    def get_account(self, exchange: Exchange) -> Account | None:
        """Return the account that the path names, or that of the credentials for the list of accounts.

        Returns:
            None if the path is not one of the API.

        Raises:
            TwilioError: 20003 if the credentials are refused, 20404 if the AccountSid is malformed.
        """
        path = exchange.path
        if not path.startswith(ACCOUNTS_PREFIX):
            return self._get_caller(exchange) if _ACCOUNT_LIST.fullmatch(path) else None
        sid, well_formed = _read_account_sid(path[_START_SLICE])
        if not (self._is_media_public and exchange.method in READING_METHODS and is_media_path(path)):
            self._check_credentials(exchange, sid if well_formed else None, sid)
        if not well_formed:
            found = path[len(ACCOUNTS_PREFIX) :].partition("/")[0]
            raise TwilioError(20404, f"Expected an AccountSid ({describe_sid(Kind.ACCOUNT)}), found {found[:60]!r}.")
        return self._mock.account(sid)

    async def find_caller(self, exchange: Exchange) -> Account | None:
        """Return the account of the credentials of a request whose path names no account.

        Returns:
            None if there are no credentials, or they are refused.
        """
        sid, is_named = self._find_caller_sid(exchange)
        if not is_named:
            return None
        try:
            self._check_credentials(exchange, sid, sid)
            await self._mock.prepare_account(sid)
            return self._mock.account(sid)
        except (TwilioError, ScenarioSetupError):
            return None

    def _get_caller(self, exchange: Exchange) -> Account:
        """Return the account of the credentials: the demo account if they name none."""
        sid, is_named = self._find_caller_sid(exchange)
        self._check_credentials(exchange, sid if is_named else None, sid)
        return self._mock.account(sid)

    def _find_caller_sid(self, exchange: Exchange) -> tuple[str, bool]:
        """Return the AccountSid of the credentials, and False if there are none."""
        credentials = parse_credentials(exchange.headers.get(b"authorization"))
        sid = self._mock.demo.sid
        if credentials is not None:
            key = self._mock.api_keys.get(credentials.username.lower())
            if key is not None:
                sid = key.account_sid
            elif is_sid(credentials.username, Kind.ACCOUNT):
                sid = credentials.username
        return sid, credentials is not None

    def _check_credentials(self, exchange: Exchange, account_sid: str | None, subject_sid: str) -> None:
        """Raise if the credentials may not act on an account, and log this in its journal.

        Args:
            account_sid: the account; None if the request names none.
            subject_sid: the account whose overrides count.
        """
        is_off, declared_accounts = (
            self._get_policy(subject_sid.lower())
            if self._mock.overrides or self._mock.has_strict_scenario
            else (self._is_auth_off, self._declared_accounts)
        )
        if is_off:
            return
        authorization = exchange.headers.get(b"authorization")
        if declared_accounts is not None:
            declared_accounts = self._with_present_tokens(authorization, declared_accounts)
        try:
            authenticate(authorization, account_sid, declared_accounts, self._mock.api_keys)
        except TwilioError:
            if account_sid is not None and (declared_accounts is None or account_sid.lower() in declared_accounts):
                exchange.set_account(self._mock.account(account_sid))
            raise

    def _get_policy(self, key: str) -> tuple[bool, Mapping[str, DeclaredAccount] | None]:
        """Return True if credentials are not checked, and the accounts whose tokens are accepted; None accepts any."""
        overrides = self._mock.overrides.get(key)
        auth = None if overrides is None else overrides.auth
        if auth is None and self._mock.is_strict(key):
            auth = AuthSetting.STRICT
        if auth is None:
            return self._is_auth_off, self._declared_accounts
        if auth is not AuthSetting.STRICT:
            return auth is AuthSetting.OFF, None
        account, declared = self._mock.account(f"AC{key[2:]}"), self._mock.declared_accounts.get(key)
        parent_key = None if declared is None or declared.parent is None else declared.parent.lower()
        parent = None if parent_key is None else self._mock.declared_accounts.get(parent_key)
        own = DeclaredAccount(account.sid, account.token, parent_key)
        return False, {key: own} if parent is None or parent_key is None else {key: own, parent_key: parent}

    def _with_present_tokens(
        self, authorization: bytes | None, declared_accounts: Mapping[str, DeclaredAccount]
    ) -> Mapping[str, DeclaredAccount]:
        """Return the accounts with the tokens that the account of the credentials has now, if it rotates them."""
        credentials = parse_credentials(authorization)
        key = "" if credentials is None else credentials.username.lower()
        declared = declared_accounts.get(key)
        if declared is None or not self._mock.has_strict_scenario or not self._mock.rotates_tokens(key):
            return declared_accounts
        account = self._mock.account(declared.sid)
        account.run_due()  # a change may be due
        tokens = account.state.auth_tokens
        assert tokens is not None, "its scenario rotates them"
        present = msgspec.structs.replace(declared, token=tokens.primary, secondary=tokens.secondary)
        return {**declared_accounts, key: present}


@lru_cache(maxsize=1024)
def _read_account_sid(start: str) -> tuple[str, bool]:
    """Return the AccountSid of a path, and True if it is well-formed. Cached: most requests name the same accounts.

    Args:
        start: what follows `ACCOUNTS_PREFIX`, up to the character after an AccountSid.
    """
    sid, end = start[:_SID_LENGTH], start[_SID_LENGTH:]
    return sid, is_sid(sid, Kind.ACCOUNT) and end in ("/", ".", "")
