"""Commands of live calls."""

from generators.instants import SECOND
from generators.model import Call, CallStatus
from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.calls import (
    AdoptCall,
    ClaimAppRequest,
    CountFetch,
    DeleteCall,
    DeleteRecordedCall,
    HangUpCall,
    PlaceCall,
    ReceiveAnswer,
    ReleaseAppRequest,
    UpdateCall,
)
from mockserver.account.state.live_calls import LiveCall
from mockserver.rest.errors import make_not_in_progress_error, make_not_over_error


def place_call(account: AccountParts, command: PlaceCall) -> LiveCall:
    return account.live_calls.place(command.call)


def update_call(account: AccountParts, command: UpdateCall) -> None:
    call = account.live_calls.get(command.number)
    account.live_calls.update(call, command.status, command.voice, command.subscription, command.time_limit)


def adopt_call(account: AccountParts, command: AdoptCall) -> LiveCall:
    derived = account.calls.derived
    index, since = derived.find_or_none(command.sid), account.clock.now()
    if index is not None:
        shown = derived.get(index)
        assert isinstance(shown, Call), "the index is that of a call"
        if shown.status is not CallStatus.IN_PROGRESS:
            raise make_not_in_progress_error(f"{command.sid} is {shown.status.value}: its recordings are over.")
        assert shown.start_time is not None, "a call that is recorded has begun"
        since = min(since, shown.start_time * SECOND)
    return account.live_calls.adopt(command.sid, command.signer, since)


def count_fetch(account: AccountParts, command: CountFetch) -> int:
    call = account.live_calls.get(command.number)
    call.fetches += 1
    return call.fetches


def delete_recorded_call(account: AccountParts, command: DeleteRecordedCall) -> None:
    shown = account.calls.get(account.calls.find(command.sid))
    if shown.status != CallStatus.COMPLETED:
        raise make_not_over_error(command.sid, shown.status)
    account.state.deleted_call_sids[shown.sid] = account.clock.now()
    account.state.version += 1


def hang_up_call(account: AccountParts, command: HangUpCall) -> None:
    account.live_calls.hang_up(account.live_calls.get(command.number))


def delete_call(account: AccountParts, command: DeleteCall) -> None:
    call = account.live_calls.get(command.number)
    if not call.is_over:
        raise make_not_over_error(call.sid, call.status)
    account.live_calls.forget(call)


def claim_app_request(account: AccountParts, command: ClaimAppRequest) -> None:
    account.live_calls.requests.set_sending(command.number, True)


def release_app_request(account: AccountParts, command: ReleaseAppRequest) -> None:
    account.live_calls.requests.set_sending(command.number, False)


def receive_answer(account: AccountParts, command: ReceiveAnswer) -> None:
    account.live_calls.receive(command.number, command.answer)
