"""Builds an account again from the log of its commands."""

from collections.abc import Hashable
from contextlib import suppress

from mockserver.account.account import Account
from mockserver.account.command_log import CommandLog
from mockserver.account.commands.beginnings import RestoreSnapshot, SetUpScenario
from mockserver.account.factory import AccountFactory
from mockserver.account.gradual import Steps
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.account.state.decoding import decode_state
from mockserver.journal.journal import Journal
from mockserver.rest.errors import TwilioError


def rebuild_account(
    factory: AccountFactory, key: str, log: CommandLog, journal: Journal, cache_key: Hashable
) -> Steps[Account]:
    """Create an account by the commands of a log, in small steps. Its clock then shows the time of the last one.

    Args:
        key: the AccountSid in lower case.
        journal: the journal of its requests.
        cache_key: distinguishes it from other accounts of this AccountSid.
    """
    beginning = log.beginning.command
    assert isinstance(beginning, RestoreSnapshot | SetUpScenario), "no other command begins a log"
    state, started_at = None, None
    if isinstance(beginning, SetUpScenario):
        started_at = beginning.start
    else:
        state = yield from decode_state(beginning.state)
    account = yield from factory.create(
        key,
        beginning.scenario,
        journal,
        cache_key=cache_key,
        state=state,
        base_url=beginning.base_url,
        token=beginning.token,
        started_at=started_at,
        is_rebuilt=True,
    )
    account.begin_log(log.beginning)
    for entry in log.entries:
        with suppress(TwilioError, ScenarioSetupError):  # it had the same error the first time
            account.apply(entry.command, entry.at)
        yield
    account.clock.continue_at(log.entries[-1].at if log.entries else log.beginning.at)
    return account
