"""Commands of callbacks: their attempts and outcomes, and how they are sent."""

from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.callbacks import (
    ChangeDeliverySettings,
    ClaimCallback,
    MissCallback,
    RecordOutcome,
    RedeliverCallback,
    ReleaseCallback,
    SendCallback,
)
from mockserver.callbacks.delivery_settings import DeliverySettings


def claim_callback(account: AccountParts, command: ClaimCallback) -> None:
    account.callbacks.mark_sending(command.number)


def release_callback(account: AccountParts, command: ReleaseCallback) -> None:
    account.callbacks.requeue(command.number)


def record_outcome(account: AccountParts, command: RecordOutcome) -> None:
    delivery = account.callbacks.record_outcome(command.number, command.outcome, command.seconds)
    if delivery is None:
        return
    account.timelines.record_delivery(delivery)
    if account.state.windows:
        account.windows.record_delivery(delivery)
    if account.has_live_calls:
        account.live_calls.debugger.report_delivery(delivery)


def miss_callback(account: AccountParts, command: MissCallback) -> None:
    account.callbacks.miss(command.number)


def redeliver_callback(account: AccountParts, command: RedeliverCallback) -> None:
    account.callbacks.redeliver(command.number)


def send_callback(account: AccountParts, command: SendCallback) -> int | None:
    return account.callbacks.send(command.index, command.event, command.subscription)


def change_delivery_settings(account: AccountParts, command: ChangeDeliverySettings) -> None:
    account.callbacks.settings = DeliverySettings(
        command.retries, frozenset(command.retry_on), command.max_seconds, command.routes, command.is_shuffled
    )
