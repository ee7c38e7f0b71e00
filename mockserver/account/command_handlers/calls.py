"""Commands of live calls."""

from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.calls import (
    ClaimAppRequest,
    DeleteCall,
    HangUpCall,
    PlaceCall,
    ReceiveAnswer,
    ReleaseAppRequest,
    UpdateCall,
)
from mockserver.account.state.live_calls import LiveCall


def place_call(account: AccountParts, command: PlaceCall) -> LiveCall:
    return account.live_calls.place(command.call)


def update_call(account: AccountParts, command: UpdateCall) -> None:
    account.live_calls.update(account.live_calls.get(command.number), command.status, command.voice)


def hang_up_call(account: AccountParts, command: HangUpCall) -> None:
    account.live_calls.hang_up(account.live_calls.get(command.number))


def delete_call(account: AccountParts, command: DeleteCall) -> None:
    account.live_calls.forget(account.live_calls.get(command.number))


def claim_app_request(account: AccountParts, command: ClaimAppRequest) -> None:
    account.live_calls.requests.set_sending(command.number, True)


def release_app_request(account: AccountParts, command: ReleaseAppRequest) -> None:
    account.live_calls.requests.set_sending(command.number, False)


def receive_answer(account: AccountParts, command: ReceiveAnswer) -> None:
    account.live_calls.receive(command.number, command.answer)
