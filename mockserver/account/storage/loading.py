"""Loads accounts from a store, and brings their time up to now."""

from mockserver.account.account import Account
from mockserver.account.commands.callbacks import MissCallback, ReleaseCallback
from mockserver.account.commands.calls import ReleaseAppRequest
from mockserver.account.gradual import Steps
from mockserver.account.new_accounts import NewAccounts
from mockserver.account.state.deliveries import DeliveryState
from mockserver.account.storage.account_saver import AccountSaver
from mockserver.account.storage.saved_account import ClockReading
from mockserver.settings.machine_clock import measure_tick_origin, wall_microseconds


def load_account(saver: AccountSaver, new_accounts: NewAccounts, key: str) -> Steps[Account]:
    """Load an account in small steps.

    The clock of an account in real time shows the real time again, and what came due meanwhile happens at its own
    instants. Other clocks stood still.

    Raises:
        StoreError: if it cannot be read.
    """
    tick_origin = measure_tick_origin()
    saved = saver.store.load(key, tick_origin)
    journal = new_accounts.make_stored_journal(saved.requests, saved.request_count, saved.generation, tick_origin)
    account = yield from new_accounts.create_from_log(key, saved.log, journal)
    account.first_command = saved.extras.first_command
    saver.mark_as_loaded(account)
    yield from _catch_up(account, saved.clock)
    new_accounts.renew_sids(account)
    return account


def _catch_up(account: Account, reading: ClockReading) -> Steps[None]:
    account.clock.continue_at(reading.at)
    _release_claims(account)
    if account.clock.rate != 1:
        return
    first_missed = account.state.delivery_serial
    passed = max(0, wall_microseconds() - reading.machine)
    for _ in account.clock_moves.advance_to(reading.at + passed):
        yield
    for delivery in [*account.callbacks]:
        if delivery.number >= first_missed and delivery.state is DeliveryState.PENDING:
            account.apply(MissCallback(number=delivery.number))


def _release_claims(account: Account) -> None:
    """Return to the queues what the earlier process had taken to send: nobody knows if it was sent."""
    for delivery in [*account.callbacks]:
        if delivery.is_sending:
            account.apply(ReleaseCallback(number=delivery.number))
    if account.has_live_calls:
        for request in [*account.state.live.app_requests.values()]:
            if request.is_sending:
                account.apply(ReleaseAppRequest(number=request.number))
