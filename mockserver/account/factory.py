"""What accounts' worlds are made of: the settings of a server, and a scenario."""

from generators.corpus.corpus import Corpus, CorpusSpec
from generators.corpus.mix import Mix
from generators.corpus.weekly_rhythm import SECOND
from generators.seeds import auth_token, demo_account_sid
from mockserver.account.account import Account
from mockserver.account.scenario_setup import Defaults, arm
from mockserver.account.state.state import State
from mockserver.account.time.clock import Clock, ticks, wall_seconds
from mockserver.journal.journal import Journal
from mockserver.rest.auth import DeclaredAccount
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.settings import Profile, Settings
from scenarios.durations import microseconds
from scenarios.mix_shares import mix_shares
from scenarios.model import Scenario
from scenarios.timeline import instant_of

_HOUR = 3600


class Worlds:
    """Makes the worlds of accounts.

    Args:
        settings: what holds where a scenario says nothing.
    """

    def __init__(self, settings: Settings) -> None:
        self.demo = _demo_account(settings)
        self.declared = {account.sid.lower(): account for account in (self.demo, *settings.account)}
        """The accounts whose tokens are known beforehand, by AccountSid in lower case."""
        self.address = settings.listen
        """Where the server listens: scripted callbacks tell it."""
        self._settings = settings
        self._mix = settings.corpus_mix()
        self.t0 = wall_seconds() // _HOUR * _HOUR if settings.now is None else settings.now
        """The instant at which corpora end where no scenario says otherwise, in seconds since 1970."""
        self._origin = ticks()

    def make(
        self,
        key: str,
        scenario: Scenario | None,
        journal: Journal,
        *,
        own: tuple[str, int] | None = None,
        state: State | None = None,
        base_url: str | None = None,
    ) -> Account:
        """Make the world of an account.

        Args:
            key: the AccountSid in lower case.
            journal: where its requests are noted.
            own: tells it from any other of the same AccountSid; None where it would be made the same again.
            state: what came of it already.
            base_url: by which name whoever asks knows this server.

        Raises:
            ArmingError: where the corpus has no room for the scenario.
            SpanTooShortError: where there is no time for as many recordings.
            MixError: for shares that no corpus can have.
        """
        sid = f"AC{key[2:]}"
        declared = self.declared.get(key)
        spec = self._spec(sid, scenario)
        account = Account(
            sid,
            None if declared is None else declared.token,
            Corpus(spec),
            self._clock(spec.t0, scenario, state),
            key=own,
            scenario=scenario,
            state=state,
            journal=journal,
        )
        if scenario is not None and state is None:
            arm(account, scenario, self.defaults(base_url))
        return account

    def defaults(self, base_url: str | None = None) -> Defaults:
        """Return what scripted recordings get where nothing is said.

        Args:
            base_url: by which name whoever asks knows this server.
        """
        where = self._settings.public_url or base_url or f"http://{self.address.reachable()}"
        return Defaults(status_callback=self._settings.status_callback, base_url=where)

    def _clock(self, t0: int, scenario: Scenario | None, state: State | None) -> Clock:
        if state is not None:
            return Clock(state.now, state.rate)
        plan = None if scenario is None else scenario.clock
        if plan is None or plan.mode is None:
            rate = self._settings.clock.rate
        else:
            rate = ClockRate.from_mode(plan.mode, plan.rate).rate
        # What was only read may be made anew: its time goes on from when the server started.
        return Clock(t0 * SECOND, rate, origin=self._origin if scenario is None else None)

    def _spec(self, account_sid: str, scenario: Scenario | None) -> CorpusSpec:
        settings = self._settings
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


def _demo_account(settings: Settings) -> DeclaredAccount:
    sid = demo_account_sid(settings.seed)
    declared = next((account for account in settings.account if account.sid.lower() == sid), None)
    return declared or DeclaredAccount(sid=sid, token=auth_token(settings.seed, sid))
