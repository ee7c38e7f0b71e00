"""All that one server knows: its settings, its accounts and what it has rendered."""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import count

import msgspec

from generators.corpus import Corpus, CorpusSpec
from generators.keys import auth_token, demo_account_sid
from generators.mix import Mix
from generators.rhythm import SECOND
from mockserver.account import Account
from mockserver.arming import Defaults, arm
from mockserver.cache import ByteCache
from mockserver.callbacks.courier import Courier
from mockserver.clock import Clock, ticks, wall_seconds
from mockserver.journal import Journal
from mockserver.manners import Manners
from mockserver.rest.auth import DeclaredAccount
from mockserver.settings import Profile, Settings
from mockserver.snapshots import Snapshots
from mockserver.state import State
from mockserver.timekeeper import Timekeeper
from mockserver.values import Address
from scenarios.durations import microseconds
from scenarios.model import LEARNING, Scenario
from scenarios.shares import mix_shares
from scenarios.timeline import instant_of

_HOUR = 3600
_UNTOUCHED_KEPT = 64
_MODES = {"real": 1.0, "frozen": 0.0}


class Mock:
    """One mock, which any number of servers and tests may share. Two of them never see each other.

    Args:
        settings: how it behaves.
        scenario: what is played in every account, instead of what the settings name.
        instance: 16 hexadecimal digits that tell its request ids from another's.
        control_token: what `/_mock` asks for; None leaves it open, which is for loopback.

    Raises:
        ScenarioError: for a scenario that cannot be.
        ArmingError: for one that the corpus has no room for.
        SpanTooShortError: for more recordings than there is time for.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        scenario: Scenario | None = None,
        instance: str = "0" * 16,
        control_token: str | None = None,
    ) -> None:
        self.settings = Settings() if settings is None else settings
        now = self.settings.now
        self.t0 = wall_seconds() // _HOUR * _HOUR if now is None else now
        """The instant at which corpora end where no scenario says otherwise, in seconds since 1970."""
        self._mix = self.settings.corpus_mix()
        self.instance = instance
        self.control_token = control_token
        self.cache = ByteCache()
        self.timekeeper = Timekeeper(Courier(self.settings.callback_hosts), float(self.settings.callback_timeout))
        self.demo = self._demo_account()
        self.declared = {account.sid.lower(): account for account in (self.demo, *self.settings.account)}
        """The accounts that `--auth strict` knows, by AccountSid in lower case."""
        self.scenario = _named(self.settings.scenario) if scenario is None else scenario
        """What is played in every account that was not given another."""
        self.snapshots = Snapshots()
        self.manners: dict[str, Manners] = {}
        """By AccountSid in lower case, for those that are treated otherwise."""
        self._address = self.settings.listen
        self._origin = ticks()
        self._worlds = count(1)
        self._touched: dict[str, Account] = {}
        self._untouched: OrderedDict[str, Account] = OrderedDict()
        self._journaled: dict[str, int] = {}
        """How many requests are forgotten of those that were dropped."""
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
            account = self._untouched[key] = self._made(key, self.scenario)
            self._drop_oldest()
        elif account.is_its_own:
            self._touched[key] = self._untouched.pop(key)
        else:
            self._untouched.move_to_end(key)
        return account

    def arm(self, sid: str, scenario: Scenario | None, base_url: str | None = None) -> Account:
        """Give an account a new world, in which a scenario is played, or none; its journal stays.

        Args:
            base_url: by which name whoever asks knows this server.

        Raises:
            ArmingError: where the corpus has no room for it; the account stays as it was.
            SpanTooShortError: where there is no time for as many recordings.
            MixError: for shares that no corpus can have.
        """
        key = sid.lower()
        journal = self.account(key).journal
        made = self._made(key, scenario, own=(key, next(self._worlds)), journal=journal, base_url=base_url)
        self._put(key, made)
        return made

    def reset(self, sid: str, base_url: str | None = None) -> Account:
        """Give an account the world back that it had on first touch; its journal begins anew."""
        account = self.arm(sid, self.scenario, base_url)
        account.journal.clear()
        return account

    def restore(self, sid: str, snapshot: bytes, scenario: Scenario | None) -> Account:
        """Give an account the world back of which a snapshot was taken while a scenario was played."""
        key = sid.lower()
        with LEARNING:
            state = msgspec.msgpack.decode(snapshot, type=State)
        before = self.account(key)
        made = self._made(key, scenario, own=(key, next(self._worlds)), journal=before.journal, state=state)
        self._put(key, made)
        return made

    def replace_scenario(self, scenario: Scenario | None) -> None:
        """Play another scenario in every account: all of them begin anew.

        Raises:
            as `arm` does; everything stays as it was then.
        """
        self._made(self.demo.sid, scenario)
        self.scenario = scenario
        for account in (*self._touched.values(), *self._untouched.values()):
            self._retire(account)
        self._touched.clear()
        self._untouched.clear()
        self._journaled.clear()
        self.cache.clear()

    def serve_at(self, address: Address) -> None:
        """Be told where the server really listens, before it does: scripted callbacks tell it."""
        self._address = address
        if self.scenario is not None:
            self.replace_scenario(self.scenario)

    def accounts(self) -> list[Account]:
        """Return the accounts that hold any state."""
        self._settle()
        return list(self._touched.values())

    def known(self) -> list[Account]:
        """Return the accounts that are in memory, whether or not they hold any state."""
        return [*self._touched.values(), *self._untouched.values()]

    def _put(self, key: str, account: Account) -> None:
        self._retire(self.account(key))
        self._untouched.pop(key, None)
        self._touched[key] = account

    def _retire(self, account: Account) -> None:
        account.retire()
        self.timekeeper.leave(account)

    def _settle(self) -> None:
        """Move what was changed to where it stays, and drop the rest's oldest."""
        own = [key for key, account in self._untouched.items() if account.is_its_own or account.journal.is_watched]
        for key in own:
            self._touched[key] = self._untouched.pop(key)
        self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Drop as many as are too many of those that were only read; what holds state is moved to where it stays."""
        while len(self._untouched) > _UNTOUCHED_KEPT:
            key, account = self._untouched.popitem(last=False)
            if account.is_its_own or account.journal.is_watched:
                self._touched[key] = account
            else:
                self._journaled[key] = account.journal.total

    def _made(
        self,
        key: str,
        scenario: Scenario | None,
        *,
        own: tuple[str, int] | None = None,
        journal: Journal | None = None,
        state: State | None = None,
        base_url: str | None = None,
    ) -> Account:
        sid = f"AC{key[2:]}"
        declared = self.declared.get(key)
        token = auth_token(self.settings.seed, sid) if declared is None else declared.token
        spec = self._spec(sid, scenario)
        account = Account(
            sid,
            token,
            Corpus(spec),
            self._clock(spec.t0, scenario, state),
            key=own,
            scenario=scenario,
            state=state,
            journal=Journal(self._journaled.pop(key, 0)) if journal is None else journal,
        )
        if scenario is not None and state is None:
            arm(account, scenario, self.defaults(base_url))
        return account

    def defaults(self, base_url: str | None = None) -> Defaults:
        """Return what scripted recordings get where nothing is said.

        Args:
            base_url: by which name whoever asks knows this server.
        """
        where = self.settings.public_url or base_url or f"http://{self._address.reachable()}"
        return Defaults(status_callback=self.settings.status_callback, base_url=where)

    def _clock(self, t0: int, scenario: Scenario | None, state: State | None) -> Clock:
        if state is not None:
            return Clock(state.now, state.rate)
        plan = None if scenario is None else scenario.clock
        if plan is None or plan.mode is None:
            rate = self.settings.clock.rate
        else:
            rate = _MODES.get(plan.mode, plan.rate or 1.0)
        # What was only read may be made anew: its time goes on from when the server started.
        return Clock(t0 * SECOND, rate, origin=self._origin if scenario is None else None)

    def _spec(self, account_sid: str, scenario: Scenario | None) -> CorpusSpec:
        settings = self.settings
        plan = Scenario(name="none") if scenario is None else scenario
        corpus, start = plan.corpus, plan.clock.start
        profile = settings.profile if corpus.profile is None else Profile(corpus.profile)
        mix = self._mix if corpus.mix is None else Mix.of(mix_shares(corpus), adversarial=profile.adversarial_share)
        return CorpusSpec(
            seed=settings.seed,
            account_sid=account_sid,
            count=0 if profile is Profile.EMPTY else settings.count if corpus.count is None else corpus.count,
            t0=self.t0 if start is None else instant_of(start) // SECOND,
            span=settings.span if corpus.span is None else microseconds(corpus.span) // SECOND,
            mix=mix,
        )

    def _demo_account(self) -> DeclaredAccount:
        sid = demo_account_sid(self.settings.seed)
        declared = next((account for account in self.settings.account if account.sid.lower() == sid), None)
        return declared or DeclaredAccount(sid=sid, token=auth_token(self.settings.seed, sid))


def _named(scenarios: Sequence[str]) -> Scenario | None:
    if not scenarios:
        return None
    from scenarios.combination import combine
    from scenarios.loading import load  # brings YAML: only where there is something to load

    return combine([load(name) for name in scenarios])
