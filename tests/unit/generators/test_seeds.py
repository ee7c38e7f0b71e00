from generators.seeds import derive_auth_token, derive_bytes, derive_demo_account_sid
from generators.sids import Kind, is_sid


def test_demo_account_and_token_depend_only_on_seed() -> None:
    assert derive_demo_account_sid("0") == derive_demo_account_sid("0")
    assert is_sid(derive_demo_account_sid("0"), Kind.ACCOUNT)
    assert derive_demo_account_sid("0") != derive_demo_account_sid("1")
    assert derive_auth_token("0", "AC" + "A" * 32) == derive_auth_token("0", "AC" + "a" * 32)
    assert len(derive_auth_token("0", "AC")) == 32


def test_derived_bytes_depend_on_part_boundaries() -> None:
    assert derive_bytes("0", "purpose", "ab", "c") != derive_bytes("0", "purpose", "a", "bc")
    assert derive_bytes("0", "purpose") != derive_bytes("0", "other")
