"""The accounts that scenarios with `accounts` set up, in groups: those of one scenario belong together."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from generators.seeds import derive_auth_token, derive_scripted_account_sid
from generators.sids import fold_sid
from mockserver.rest.auth import DeclaredAccount

if TYPE_CHECKING:
    from scenarios.model import Scenario


class GroupMember(msgspec.Struct, frozen=True):
    """An account that a scenario sets up."""

    declared: DeclaredAccount
    id: str | None
    name: str | None
    """The friendly name; None for the usual one."""
    scenario: "Scenario | None"
    """What happens in it."""

    @property
    def name_in_scenario(self) -> str:
        """Its id, or its SID if it has none."""
        return self.id or self.declared.sid

    @property
    def key(self) -> str:
        """The AccountSid in lower case."""
        return self.declared.sid.lower()


class AccountGroups:
    """All groups of one server, each under the AccountSid of the account that it was set up for.

    Args:
        seed: the seed of SIDs and tokens that the scenario does not set.
        demo: the account that the server prints, unless its scenario sets up accounts.
        declared_accounts: the accounts with known tokens by AccountSid in lower case. Members are added.
    """

    def __init__(self, seed: str, demo: DeclaredAccount, declared_accounts: dict[str, DeclaredAccount]) -> None:
        self._seed = seed
        self._demo = demo
        self._own_accounts = dict(declared_accounts)
        self._declared_accounts = declared_accounts
        self._groups: dict[str, tuple[GroupMember, ...]] = {}
        self._members: dict[str, GroupMember] = {}
        self._server_members: tuple[GroupMember, ...] = ()
        """The group of the server's scenario, which stays when its accounts are dropped."""

    @property
    def demo(self) -> DeclaredAccount:
        """The account that the server prints: the first one of the server's scenario if it sets up accounts."""
        members = self._groups.get(self._demo.sid.lower())
        return members[0].declared if members else self._demo

    def build_members(self, scenario: "Scenario | None", sid: str | None = None) -> tuple[GroupMember, ...]:
        """Return the accounts that a scenario sets up.

        Args:
            sid: the account that the first member is, unless it has a SID of its own; by default the demo account.
        """
        if scenario is None or not scenario.accounts:
            return ()
        from scenarios.accounts import build_account_scenario  # most scenarios set up none

        sid = self._demo.sid if sid is None else sid
        sids = [
            fold_sid(account.sid or derive_scripted_account_sid(self._seed, sid, account.id or ""))
            for account in scenario.accounts
        ]
        if scenario.accounts[0].sid is None:
            sids[0] = fold_sid(sid)
        by_name = {account.id: own for account, own in zip(scenario.accounts, sids, strict=True) if account.id}
        return tuple(
            GroupMember(
                declared=DeclaredAccount(
                    sid=own,
                    token=account.token or derive_auth_token(self._seed, own),
                    parent=None if account.parent is None else by_name.get(account.parent, fold_sid(account.parent)),
                ),
                id=account.id,
                name=account.name,
                scenario=build_account_scenario(scenario, account),
            )
            for account, own in zip(scenario.accounts, sids, strict=True)
        )

    def list_own(self) -> dict[str, tuple[GroupMember, ...]]:
        """Return the groups beside that of the server's scenario, by the AccountSid for which each was set up."""
        return {key: group for key, group in self._groups.items() if group != self._server_members}

    def find(self, key: str) -> GroupMember | None:
        """Return an account by its AccountSid in lower case, or None if no scenario set it up."""
        return self._members.get(key)

    def list_group(self, key: str) -> tuple[GroupMember, ...]:
        """Return the group that was set up for an account, or that an account is in, or none."""
        if key in self._groups:
            return self._groups[key]
        return next((group for group in self._groups.values() if any(member.key == key for member in group)), ())

    def replace(self, key: str, members: Iterable[GroupMember]) -> tuple[GroupMember, ...]:
        """Replace the group of an account, and return the members that are no longer there."""
        old = self._groups.pop(key, ())
        new = tuple(members)
        if new:
            self._groups[key] = new
        if old or new:
            self._update()
        return tuple(member for member in old if member.key not in self._members)

    def restart(self, members: Iterable[GroupMember]) -> None:
        """Remove all groups, and begin with that of the server's scenario."""
        self._groups.clear()
        self._members = {}
        self._declared_accounts.clear()
        self._declared_accounts.update(self._own_accounts)
        self._server_members = tuple(members)
        self.replace(self._demo.sid.lower(), self._server_members)

    def forget(self, key: str) -> tuple[GroupMember, ...]:
        """Remove the group that was set up for an account, unless it is the server's, and return its members."""
        group = self._groups.get(key, ())
        return () if group == self._server_members else self.replace(key, ())

    def _update(self) -> None:
        self._members = {member.key: member for group in self._groups.values() for member in group}
        self._declared_accounts.clear()
        self._declared_accounts.update(self._own_accounts)
        self._declared_accounts.update({key: member.declared for key, member in self._members.items()})
