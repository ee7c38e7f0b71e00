"""All that one server knows: its settings, its accounts and what it has rendered."""

from collections import OrderedDict

from generators.corpus import Corpus, CorpusSpec
from generators.keys import auth_token, demo_account_sid
from mockserver.account import Account
from mockserver.cache import ByteCache
from mockserver.clock import Clock, SystemClock, wall_seconds
from mockserver.rest.auth import DeclaredAccount
from mockserver.settings import Profile, Settings

_HOUR = 3600
_UNTOUCHED_KEPT = 64


class Mock:
    """One mock, which any number of servers and tests may share. Two of them never see each other.

    Args:
        settings: how it behaves.
        clock: the time of its accounts; the machine's pace from T0 on where it is left out.
        instance: 16 hexadecimal digits that tell its request ids from another's.
        control_token: what `/_mock` asks for; None leaves it open, which is for loopback.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        clock: Clock | None = None,
        *,
        instance: str = "0" * 16,
        control_token: str | None = None,
    ) -> None:
        self.settings = Settings() if settings is None else settings
        now = self.settings.now
        self.t0 = wall_seconds() // _HOUR * _HOUR if now is None else now
        """The instant at which every corpus ends, in seconds since 1970."""
        self.clock = SystemClock(self.t0) if clock is None else clock
        self.instance = instance
        self.control_token = control_token
        self.cache = ByteCache()
        self.demo = self._demo_account()
        self.declared = {account.sid.lower(): account for account in (self.demo, *self.settings.account)}
        """The accounts that `--auth strict` knows, by AccountSid in lower case."""
        self._touched: dict[str, Account] = {}
        self._untouched: OrderedDict[str, Account] = OrderedDict()
        self.account(self.demo.sid)  # settings that no corpus can have are refused here, not on a request

    def account(self, sid: str) -> Account:
        """Return the account with a well-formed AccountSid; its world is made on first touch.

        One that was only read holds no state: it may be dropped, and is then made anew.
        """
        key = sid.lower()
        account = self._touched.get(key)
        if account is not None:
            return account
        account = self._untouched.get(key)
        if account is None:
            account = self._untouched[key] = self._made(f"AC{key[2:]}")
            if len(self._untouched) > _UNTOUCHED_KEPT:
                self._settle()
        elif account.version:
            self._touched[key] = self._untouched.pop(key)
        else:
            self._untouched.move_to_end(key)
        return account

    def _settle(self) -> None:
        """Move what was changed to where it stays, and drop the rest's oldest."""
        for key in [key for key, account in self._untouched.items() if account.version]:
            self._touched[key] = self._untouched.pop(key)
        while len(self._untouched) > _UNTOUCHED_KEPT:
            self._untouched.popitem(last=False)

    def _made(self, sid: str) -> Account:
        declared = self.declared.get(sid.lower())
        token = auth_token(self.settings.seed, sid) if declared is None else declared.token
        return Account(sid, token, Corpus(self._spec(sid)), self.clock)

    def _spec(self, account_sid: str) -> CorpusSpec:
        settings = self.settings
        return CorpusSpec(
            seed=settings.seed,
            account_sid=account_sid,
            count=0 if settings.profile is Profile.EMPTY else settings.count,
            t0=self.t0,
            span=settings.span,
            mix=settings.corpus_mix(),
        )

    def _demo_account(self) -> DeclaredAccount:
        sid = demo_account_sid(self.settings.seed)
        declared = next((account for account in self.settings.account if account.sid.lower() == sid), None)
        return declared or DeclaredAccount(sid=sid, token=auth_token(self.settings.seed, sid))
