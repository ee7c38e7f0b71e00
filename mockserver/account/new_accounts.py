"""Creates accounts as they are before any request changes them, and remembers those that were evicted."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING

from generators.corpus.weekly_rhythm import SpanTooShortError
from mockserver.account.account import Account
from mockserver.account.account_groups import GroupMember
from mockserver.account.command_log import CommandLog
from mockserver.account.evicted_accounts import EvictedAccounts
from mockserver.account.factory import AccountFactory
from mockserver.account.gradual import Steps
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.journal.budget import LogBudget
from mockserver.journal.journal import Journal

if TYPE_CHECKING:
    from mockserver.journal.encoding import DecodedEntry
    from scenarios.model import Scenario


class NewAccounts:
    """Accounts by AccountSid in lower case.

    Args:
        budget: the memory of the logs of all accounts.
    """

    def __init__(self, factory: AccountFactory, budget: LogBudget) -> None:
        self.evicted = EvictedAccounts()
        self._factory = factory
        self._budget = budget
        self._serial_numbers = count(1)
        self._generation = 0
        """Part of the cache keys of accounts; a new one after an account of which the cache may have other bytes."""

    def create(self, key: str, scenario: "Scenario | None") -> Steps[Account]:
        """Create an account, or create an evicted one again, in small steps."""
        known = self.evicted.take(key)
        return self._factory.create(
            key,
            scenario,
            Journal(known.request_count, self._budget),
            cache_key=(key, self._generation),
            clock_origin=known.clock_origin,
        )

    def create_replacement(
        self, key: str, scenario: "Scenario | None", base_url: str | None = None, token: str | None = None
    ) -> Steps[Account]:
        """Create an account that replaces another, in small steps."""
        return self._factory.create(
            key,
            scenario,
            Journal(budget=self._budget),
            cache_key=self._make_cache_key(key),
            base_url=base_url,
            token=token,
        )

    def create_first(self, scenario: "Scenario | None", members: Sequence[GroupMember]) -> Steps[list[Account]]:
        """Create the accounts that a server's scenario sets up, or else its demo account, in small steps."""
        if members:
            return (yield from self.create_members(members))
        return [(yield from self.create_replacement(self._factory.demo_account.sid.lower(), scenario))]

    def create_members(self, members: Iterable[GroupMember], base_url: str | None = None) -> Steps[list[Account]]:
        """Create the accounts of a group like `create_replacement`: all of them, or none.

        Raises:
            ScenarioSetupError: if the scenario of one does not fit into its account; the message names it.
        """
        made: list[Account] = []
        try:
            for member in members:
                made.append((yield from self._create_member(member, base_url)))
        except BaseException:
            for account in made:
                account.close()
            raise
        return made

    def _create_member(self, member: GroupMember, base_url: str | None) -> Steps[Account]:
        try:
            return (yield from self.create_replacement(member.key, member.scenario, base_url, member.declared.token))
        except SpanTooShortError as error:
            raise ScenarioSetupError(f"account {member.name_in_scenario}: corpus: expected {error}") from None
        except ScenarioSetupError as error:
            raise ScenarioSetupError(f"account {member.name_in_scenario}: {error}") from None

    def create_from_snapshot(
        self, key: str, snapshot: bytes, scenario: "Scenario | None", budget: LogBudget | None
    ) -> Steps[Account]:
        """Create an account with the state of a snapshot, in small steps.

        Args:
            budget: the memory of its logs; None for one of its own.
        """
        from mockserver.account.state.decoding import decode_state  # not before the first rollback

        state = yield from decode_state(snapshot)
        cache_key = self._make_cache_key(key)
        return (
            yield from self._factory.create(key, scenario, Journal(budget=budget), cache_key=cache_key, state=state)
        )

    def create_from_log(self, key: str, log: CommandLog, journal: Journal) -> Steps[Account]:
        """Create an account by the commands of a log, in small steps. Its clock then shows the time of the last one."""
        from mockserver.account.rebuilding import rebuild_account  # not before the first log is read

        return rebuild_account(self._factory, key, log, journal, self._make_cache_key(key))

    def renew_sids(self, account: Account) -> None:
        """Give new recordings other SIDs if the store has lost data since the account began."""
        self._factory.renew_sids(account)

    def make_stored_journal(
        self, entries: "Sequence[DecodedEntry]", total: int, generation: int, tick_origin: int
    ) -> Journal:
        """Return a journal with the entries that a store has.

        Args:
            total: the number of all requests.
            generation: that of the journal. Later ones are greater.
            tick_origin: the instant of tick 0 in the entries.
        """
        self._budget.serial = max(self._budget.serial, generation)
        journal = Journal(total - len(entries), self._budget)
        journal.generation = generation
        journal.newest.keep_tick_origin(tick_origin)
        for entry, answer, effect in entries:
            journal.add(entry, answer)
            if effect is not None:
                journal.newest.add_effect(effect)
        return journal

    def make_journal(self, key: str) -> Journal:
        """Return a journal for an account that is not in memory."""
        return Journal(self.evicted.take(key).request_count, self._budget)

    def add_evicted(self, key: str, account: Account) -> None:
        """Remember an account that was evicted."""
        self.evicted.add(key, account)
        if account.cache_key != (key, self._generation):
            self.start_generation()

    def start_generation(self) -> None:
        """Use other cache keys from now on."""
        self._generation = next(self._serial_numbers)

    def _make_cache_key(self, key: str) -> Hashable:
        """Return a cache key that no account has."""
        return key, next(self._serial_numbers)
