"""Loads accounts from a store, and brings their time up to now."""

from mockserver.account.account import Account
from mockserver.account.commands.callbacks import MissCallback, ReleaseCallback
from mockserver.account.commands.calls import ReleaseAppRequest
from mockserver.account.gradual import Steps
from mockserver.account.new_accounts import NewAccounts
from mockserver.account.storage.account_saver import AccountSaver
from mockserver.account.storage.saved_account import ClockReading
from mockserver.settings.machine_clock import measure_tick_origin, wall_microseconds


def load_account(saver: AccountSaver, new_accounts: NewAccounts, key: str) -> Steps[Account]:
    """Load an account in small steps.

    The clock of an account in real time shows the real time again, and what came due meanwhile happens at its own
    instants. Other clocks stood still while no process served the store.

    Raises:
        StoreError: if it cannot be read.
    """
    tick_origin = measure_tick_origin()
    saved = saver.store.load(key, tick_origin)
    journal = new_accounts.make_stored_journal(saved.requests, saved.request_count, saved.generation, tick_origin)
    account = yield from new_accounts.create_from_log(key, saved.log, journal)
    account.first_command = saved.extras.first_command
    saver.mark_as_loaded(account)
    yield from _catch_up(account, saved.clock, max(saved.clock.machine, saver.served_since))
    new_accounts.renew_sids(account)
    return account


def _catch_up(account: Account, reading: ClockReading, served_since: int) -> Steps[None]:
    """Bring the time up to now.

    Args:
        served_since: the machine's time from which callbacks are sent that came due, and clocks of any rate went on.
    """
    account.clock.continue_at(reading.at)
    _release_claims(account)
    rate, at = account.clock.rate, reading.at
    if rate == 1 and served_since > reading.machine:
        first_missed, at = account.state.delivery_serial, at + served_since - reading.machine
        for _ in account.clock_moves.advance_to(at):
            yield
        for delivery in [*account.callbacks]:
            if delivery.number >= first_missed and delivery.is_pending:
                account.apply(MissCallback(number=delivery.number))
    if rate:
        passed = max(0, wall_microseconds() - served_since)
        for _ in account.clock_moves.advance_to(at + round(passed * rate)):
            yield


def _release_claims(account: Account) -> None:
    """Return to the queues what the earlier process had taken to send: it may have been sent."""
    for delivery in [*account.callbacks]:
        if delivery.is_sending:
            account.apply(ReleaseCallback(number=delivery.number))
    if account.has_live_calls:
        for request in [*account.state.live.app_requests.values()]:
            if request.is_sending:
                account.apply(ReleaseAppRequest(number=request.number))
