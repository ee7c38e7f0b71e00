"""Checks the accounts that a scenario sets up, and that it has nothing beside them."""

from collections.abc import Iterator

from scenarios.model import AccountPlan, Scenario, ScriptedAccount
from scenarios.problems import Problem, ValuePath, format_path

_SHARED = "auth"
"""The key that may stand beside the accounts, for all of them."""
_NO_PLAN = AccountPlan()


def check_accounts(scenario: Scenario) -> Iterator[Problem]:
    """Yield the problems of a scenario that sets up accounts, but for those of what each account plays."""
    for name in AccountPlan.__struct_fields__:
        if name != _SHARED and getattr(scenario, name) != getattr(_NO_PLAN, name):
            sentence = (
                "expected in one of the accounts, because the scenario is played in no others, found beside them."
            )
            yield Problem((name,), sentence)
    yield from _check_names(scenario)
    for number, account in enumerate(scenario.accounts):
        yield from _check_parent(scenario, account, ("accounts", number))


def _check_names(scenario: Scenario) -> Iterator[Problem]:
    taken: dict[str, ValuePath] = {}
    for number, account in enumerate(scenario.accounts):
        path: ValuePath = ("accounts", number)
        if (account.id is None) == (account.sid is None):
            yield Problem(path, f"expected id or sid, found {'neither' if account.id is None else 'both'}.")
        for key, name in (("id", account.id), ("sid", account.sid)):
            folded = name if key == "id" or name is None else name.lower()
            if folded is not None and folded in taken:
                other = format_path(taken[folded])
                yield Problem((*path, key), f"expected a unique {key}, found {name!r}, which {other} has.")
            elif folded is not None:
                taken[folded] = path


def _check_parent(scenario: Scenario, account: ScriptedAccount, path: ValuePath) -> Iterator[Problem]:
    if account.parent is None:
        return
    parents = [
        other
        for other in scenario.accounts
        if other.id == account.parent or (other.sid or "").lower() == account.parent.lower()
    ]
    if not parents:
        known = ", ".join(str(other.id or other.sid) for other in scenario.accounts)
        sentence = f"expected the id or the SID of an account of this scenario ({known}), found {account.parent!r}."
        yield Problem((*path, "parent"), sentence)
    elif parents[0] is account:
        yield Problem((*path, "parent"), f"expected another account, found {account.parent!r}, which is this one.")
    elif parents[0].parent is not None:
        sentence = "expected an account without a parent, because subaccounts have no subaccounts on Twilio"
        yield Problem((*path, "parent"), f"{sentence}, found {account.parent!r}.")
