"""Scenarios that set up accounts: what one of the accounts plays, and where such a scenario cannot be played."""

from scenarios.model import AccountPlan, Scenario, ScriptedAccount
from scenarios.problems import ScenarioError


def build_account_scenario(scenario: Scenario, account: ScriptedAccount) -> Scenario:
    """Return what one account of a scenario plays."""
    is_import = any(recording.imported for recording in account.recordings)
    fields = {name: getattr(account, name) for name in AccountPlan.__struct_fields__}
    return Scenario(
        **{**fields, "auth": account.auth or scenario.auth},
        name=scenario.name,
        about=scenario.about,
        import_report=scenario.import_report if is_import else (),
    )


def list_account_names(scenario: Scenario) -> list[str]:
    """Return the id or the SID of each account that a scenario sets up."""
    return [account.id or account.sid or "" for account in scenario.accounts]


def refuse_accounts(scenario: Scenario) -> None:
    """Raise if a scenario sets up accounts, because it is to be played in one.

    Raises:
        ScenarioError: if it does.
    """
    if scenario.accounts:
        raise ScenarioError(
            f"accounts: expected a scenario of one account, found {scenario.name}, which sets up "
            f"{', '.join(list_account_names(scenario))}: it cannot be played in a single account. "
            "Serve it with --scenario, or use @pytest.mark.recmock(scenario=...) or set_up_accounts()."
        )


def require_accounts(scenario: Scenario) -> None:
    """Raise if a scenario sets up no accounts.

    Raises:
        ScenarioError: if it sets up none.
    """
    if not scenario.accounts:
        raise ScenarioError(f"accounts: expected a scenario that sets up accounts, found {scenario.name}.")


def refuse_fixed_sids(scenario: Scenario) -> None:
    """Raise if an account of a scenario has a SID, because others on the same server may have it too.

    Raises:
        ScenarioError: if one has.
    """
    for number, account in enumerate(scenario.accounts):
        if account.sid is not None:
            raise ScenarioError(
                f"accounts[{number}].sid: expected an id, from which the SID follows for each test, "
                f"found {account.sid!r}: tests share a server."
            )
