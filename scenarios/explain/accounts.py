"""Explains the accounts that a scenario sets up."""

from scenarios.model import ScriptedAccount


def explain_account(account: ScriptedAccount, *, is_first: bool) -> str:
    """Return a sentence about what an account is, without what it plays."""
    derived = "that of the demo account or of the test" if is_first else "derived from its id"
    said = [f"a subaccount of {account.parent}, whose credentials may act on it" if account.parent else "an account"]
    said += [f"named {account.name!r}"] if account.name else []
    said += ["with a token of its own"] if account.token else []
    return f"{', '.join(said)}. AccountSid: {account.sid or derived}."
