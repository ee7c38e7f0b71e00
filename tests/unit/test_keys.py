from generators.seeds import auth_token, demo_account_sid, derive
from generators.sids import Kind, is_sid


def test_identities_depend_on_the_seed_alone() -> None:
    assert demo_account_sid("0") == demo_account_sid("0")
    assert is_sid(demo_account_sid("0"), Kind.ACCOUNT)
    assert demo_account_sid("0") != demo_account_sid("1")
    assert auth_token("0", "AC" + "A" * 32) == auth_token("0", "AC" + "a" * 32)
    assert len(auth_token("0", "AC")) == 32


def test_parts_do_not_run_together() -> None:
    assert derive("0", "purpose", "ab", "c") != derive("0", "purpose", "a", "bc")
    assert derive("0", "purpose") != derive("0", "other")
