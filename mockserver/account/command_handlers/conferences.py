"""Commands of live conferences and their participants."""

import msgspec

from generators.sids import Kind, is_sid
from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.conferences import (
    AnnounceToConference,
    CreateParticipant,
    EndConference,
    KickParticipant,
    UpdateParticipant,
)
from mockserver.account.state.live_calls import LiveCall
from mockserver.rest.errors import TwilioError


def create_participant(account: AccountParts, command: CreateParticipant) -> LiveCall:
    calls = account.live_calls
    if is_sid(command.conference, Kind.CONFERENCE):
        conference = calls.api_conferences.get_open(command.conference)
    else:
        conference = calls.conferences.open(command.conference, command.call.signer)
    if conference.is_full:
        raise TwilioError(16020, f"{conference.sid} may have {conference.max_participants} participants, and has them.")
    calls.conferences.configure(conference, command.subscription, command.record)
    if command.max_participants is not None and not conference.participants:
        conference.max_participants = command.max_participants
    options = msgspec.structs.replace(command.options, conference=conference.number)
    return calls.place(msgspec.structs.replace(command.call, joins=options))


def update_participant(account: AccountParts, command: UpdateParticipant) -> None:
    account.live_calls.api_conferences.change(command.conference_sid, command.participant, command.changes)


def kick_participant(account: AccountParts, command: KickParticipant) -> None:
    account.live_calls.api_conferences.kick(command.conference_sid, command.participant)


def announce_to_conference(account: AccountParts, command: AnnounceToConference) -> None:
    account.live_calls.api_conferences.announce(command.sid, command.url, command.method)


def end_conference(account: AccountParts, command: EndConference) -> None:
    account.live_calls.api_conferences.end(command.sid)
