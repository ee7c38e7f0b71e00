"""Creates accounts from the server's settings and a scenario."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

import msgspec

from generators.corpus.corpus import Corpus, CorpusSpec
from generators.corpus.mix import Mix
from generators.instants import SECOND, to_microseconds
from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver.account.account import Account
from mockserver.account.account_parts import AccountParts
from mockserver.account.call_settings import CallSettings
from mockserver.account.clock_factory import ClockFactory
from mockserver.account.gradual import Steps
from mockserver.account.overrides import AccountOverrides
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.account.state.state import RecordingDefaults, State
from mockserver.account.time.clock import Clock
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.routes import build_routes
from mockserver.journal.journal import Journal
from mockserver.rest.auth import DeclaredAccount
from mockserver.settings.choices import CallbackOrder, ChannelOrder, Profile, TranscribeCallback
from mockserver.settings.machine_clock import ticks
from mockserver.settings.settings import Settings
from scenarios.durations import parse_duration

if TYPE_CHECKING:
    from mockserver.account.compiled_scenario import CompiledScenario
    from scenarios.model import Scenario
    from scenarios.plans import CorpusPlan


class AccountFactory:
    """Creates accounts.

    Args:
        settings: used for everything that a scenario leaves out.
        overrides: the overrides of accounts by AccountSid in lower case; entries may be added later.
    """

    def __init__(self, settings: Settings, overrides: Mapping[str, AccountOverrides]) -> None:
        self.seed = settings.seed
        """The seed of everything that is derived."""
        self.demo_account = _choose_demo_account(settings)
        self.declared_accounts = {account.sid.lower(): account for account in (self.demo_account, *settings.account)}
        """The accounts with known tokens, by AccountSid in lower case."""
        self.address = settings.listen
        """The address that the server listens on, for the URLs in scripted callbacks."""
        self._settings = settings
        self._call_settings = CallSettings(
            party_channel=2 if settings.channel_order is ChannelOrder.PARTY_SECOND else 1,
            transcribes_alone=settings.transcribe_callback is TranscribeCallback.ALONE,
        )
        self._delivery_settings = DeliverySettings(
            settings.callback_retries,
            frozenset(settings.callback_retry_policy.split(",")),
            float(settings.callback_timeout),
            is_shuffled=settings.callback_order is CallbackOrder.SHUFFLED,
        )
        """How the callbacks of an account without routes are sent."""
        self._overrides = overrides
        self._mix = settings.build_corpus_mix(settings.profile)
        self._clocks = ClockFactory(settings)
        self.t0 = self._clocks.start // SECOND
        """The instant at which corpora end, in seconds since the epoch, unless a scenario sets another."""
        self.sid_epoch = 0
        """The epoch of the store."""
        self._compiled: CompiledScenario | None = None

    def create(
        self,
        key: str,
        scenario: "Scenario | None",
        journal: Journal,
        *,
        cache_key: Hashable = None,
        state: State | None = None,
        base_url: str | None = None,
        clock_origin: int | None = None,
        token: str | None = None,
        started_at: int | None = None,
        is_rebuilt: bool = False,
    ) -> Steps[Account]:
        """Create an account in small steps.

        Args:
            key: the AccountSid in lower case.
            journal: the journal of its requests.
            cache_key: distinguishes it from other accounts of this AccountSid; None if there are no others.
            state: the changes so far.
            base_url: the scheme and host that the client uses for this server.
            clock_origin: the tick at which the clock of its scenario started; None for a clock that starts now.
            token: its auth token; None for the declared one, or one that is derived from the seed.
            started_at: the instant at which it began, if it is built again. Its log has what was due then.
            is_rebuilt: True if it is built again, also from a snapshot.

        Raises:
            ScenarioSetupError: if the corpus has no room for the scenario, or a route of it is not allowed.
            SpanTooShortError: if the span is too short for the number of recordings.
            MixError: if no corpus can have these shares.
        """
        if scenario is not None and clock_origin is None and self._clocks.starts_at_present(scenario):
            clock_origin = ticks()  # the set-up takes time too
        clock = self._clocks.create(scenario, state, clock_origin, started_at)
        account = self._build_account(key, scenario, journal, cache_key, state, clock, base_url, token)
        yield from self._fill_account(account, base_url, clock_origin, is_built_again=started_at is not None)
        if not is_rebuilt:
            self.renew_sids(account)
        return account

    def renew_sids(self, account: Account) -> None:
        """Give new recordings other SIDs if the store has lost data since the account began."""
        if account.state.sid_epoch != self.sid_epoch:
            from mockserver.account.commands.recordings import UseNewSids  # very few stores lose data

            account.apply(UseNewSids(epoch=self.sid_epoch))

    def _fill_account(
        self, account: Account, base_url: str | None, clock_origin: int | None, *, is_built_again: bool
    ) -> Steps[None]:
        """Give a new account its first state: that of a snapshot, or that of its scenario."""
        try:
            if account.is_restored:
                yield from account.recordings.recording_index.load()
            elif account.scenario is not None:
                yield from self._play(account.scenario, account, base_url, clock_origin)
                if not is_built_again:
                    yield from account.clock_moves.run_due_gradually()  # of an account that was evicted
        except BaseException:  # its events no longer count in the budget
            account.close()
            raise
        if not account.is_restored:
            account.changes.mark_as_new()

    def _play(
        self, scenario: "Scenario", account: Account, base_url: str | None, clock_origin: int | None
    ) -> Steps[None]:
        """Set up a scenario, and start its clock."""
        from mockserver.account.scenario_setup import set_up_scenario  # many servers have none

        yield from set_up_scenario(account, self._compile(scenario), self.build_recording_defaults(base_url))
        account.clock.start(self._clocks.choose_rate(scenario), clock_origin)

    def _build_account(
        self,
        key: str,
        scenario: "Scenario | None",
        journal: Journal,
        cache_key: Hashable,
        state: State | None,
        clock: Clock,
        base_url: str | None,
        token: str | None,
    ) -> Account:
        """Return an account in which the scenario is not set up."""
        declared, spec = self.declared_accounts.get(key), self._build_corpus_spec(f"AC{key[2:]}", scenario)
        return Account(
            spec.account_sid,
            token or (None if declared is None else declared.token),
            Corpus(spec),
            clock,
            _create_upcoming_recording,
            cache_key=cache_key,
            scenario=scenario,
            state=state,
            journal=journal,
            delivery_settings=self.build_delivery_settings(scenario, self._overrides.get(key)),
            base_url=base_url,
            call_settings=self._call_settings,
        )

    def _compile(self, scenario: "Scenario") -> "CompiledScenario":
        """Return a scenario as all accounts set it up. The latest one is remembered."""
        from mockserver.account.compiled_scenario import CompiledScenario

        if self._compiled is None or self._compiled.scenario is not scenario:
            self._compiled = CompiledScenario(scenario)
        return self._compiled

    def build_recording_defaults(self, base_url: str | None = None) -> RecordingDefaults:
        """Return the defaults for scripted recordings.

        Args:
            base_url: the scheme and host that the client uses for this server.
        """
        where = self._settings.public_url or base_url or self.address.to_url()
        return RecordingDefaults(status_callback=self._settings.status_callback, base_url=where)

    def build_delivery_settings(
        self, scenario: "Scenario | None", overrides: AccountOverrides | None
    ) -> DeliverySettings:
        """Return how the callbacks of an account are sent.

        Raises:
            ScenarioSetupError: if a route of the scenario or of the overrides is not allowed.
        """
        scripted = {} if scenario is None else scenario.routes
        own = None if overrides is None else overrides.routes
        if not (self._settings.route or scripted or own):
            return self._delivery_settings
        try:
            routes = build_routes(
                self._settings.callback_hosts, self._settings.route, scripted.items(), (own or {}).items()
            )
        except ValueError as error:
            raise ScenarioSetupError(f"routes: {error}.") from None
        return msgspec.structs.replace(self._delivery_settings, routes=routes)

    def _build_corpus_spec(self, account_sid: str, scenario: "Scenario | None") -> CorpusSpec:
        settings, plan = self._settings, None if scenario is None else scenario.corpus
        start = None if scenario is None else scenario.clock.start
        profile = settings.profile if plan is None or plan.profile is None else Profile(plan.profile)
        count = settings.count if plan is None or plan.count is None else plan.count
        return CorpusSpec.of_listed(
            0 if profile is Profile.EMPTY else count,
            seed=settings.seed,
            account_sid=account_sid,
            t0=self.t0 if start is None else to_microseconds(start) // SECOND,
            span=settings.span if plan is None or plan.span is None else parse_duration(plan.span) // SECOND,
            mix=self._choose_mix(plan, profile),
        )

    def _choose_mix(self, plan: "CorpusPlan | None", profile: Profile) -> Mix:
        """Return the mix of a plan, or that of the settings."""
        if plan is not None and plan.mix is not None:
            from scenarios.mix_shares import collect_mix_shares  # few scenarios have a mix

            return Mix.from_shares(collect_mix_shares(plan.mix), traits=profile.trait_shares)
        return self._mix if profile is self._settings.profile else self._settings.build_corpus_mix(profile)


def _create_upcoming_recording(account: AccountParts, key: int) -> None:
    from mockserver.account.scenario_setup import create_upcoming_recording

    create_upcoming_recording(account, key)


def _choose_demo_account(settings: Settings) -> DeclaredAccount:
    sid = derive_demo_account_sid(settings.seed)
    declared = next((account for account in settings.account if account.sid.lower() == sid.lower()), None)
    return declared or DeclaredAccount(sid=sid, token=derive_auth_token(settings.seed, sid))
