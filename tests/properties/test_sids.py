from hypothesis import given
from hypothesis import strategies as st

from generators.seeds import derive_bytes
from generators.sids import Kind, SidCipher

INDICES = st.integers(0, 2**64 - 1)
KINDS = st.sampled_from(list(Kind))
SEEDS_AND_ACCOUNTS = st.tuples(st.text(max_size=5), st.text(max_size=5))


def make_cipher(seed_and_account: tuple[str, str]) -> SidCipher:
    return SidCipher(derive_bytes(seed_and_account[0], "sids", seed_and_account[1]))


@given(SEEDS_AND_ACCOUNTS, KINDS, INDICES)
def test_decode_inverts_encode(seed_and_account: tuple[str, str], kind: Kind, index: int) -> None:
    assert index == make_cipher(seed_and_account).decode(kind, make_cipher(seed_and_account).encode(kind, index))


@given(SEEDS_AND_ACCOUNTS, st.lists(st.tuples(KINDS, INDICES), unique=True, min_size=2, max_size=30))
def test_sids_of_one_account_never_collide(
    seed_and_account: tuple[str, str], kinds_and_indices: list[tuple[Kind, int]]
) -> None:
    cipher = make_cipher(seed_and_account)
    assert len({cipher.encode(kind, index) for kind, index in kinds_and_indices}) == len(kinds_and_indices)


@given(st.lists(SEEDS_AND_ACCOUNTS, unique=True, min_size=2, max_size=5), KINDS, INDICES)
def test_sid_does_not_decode_in_another_account(pairs: list[tuple[str, str]], kind: Kind, index: int) -> None:
    sid = make_cipher(pairs[0]).encode(kind, index)
    assert [make_cipher(pair).decode(kind, sid) for pair in pairs[1:]] == [None] * (len(pairs) - 1)


@given(KINDS, st.text(alphabet="0123456789abcdefABCDEF", min_size=32, max_size=32))
def test_random_sid_does_not_decode(kind: Kind, digits: str) -> None:
    assert make_cipher(("0", "AC")).decode(kind, kind.value + digits) is None
