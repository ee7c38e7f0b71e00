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
def test_decode_inverts_encode(world: tuple[str, str], kind: Kind, index: int) -> None:
    assert index == make_cipher(world).decode(kind, make_cipher(world).encode(kind, index))


@given(SEEDS_AND_ACCOUNTS, st.lists(st.tuples(KINDS, INDICES), unique=True, min_size=2, max_size=30))
def test_sids_of_one_account_never_collide(world: tuple[str, str], places: list[tuple[Kind, int]]) -> None:
    made = make_cipher(world)
    assert len({made.encode(kind, index) for kind, index in places}) == len(places)


@given(st.lists(SEEDS_AND_ACCOUNTS, unique=True, min_size=2, max_size=5), KINDS, INDICES)
def test_sid_does_not_decode_in_another_account(worlds: list[tuple[str, str]], kind: Kind, index: int) -> None:
    sid = make_cipher(worlds[0]).encode(kind, index)
    assert [make_cipher(world).decode(kind, sid) for world in worlds[1:]] == [None] * (len(worlds) - 1)


@given(KINDS, st.text(alphabet="0123456789abcdefABCDEF", min_size=32, max_size=32))
def test_random_sid_does_not_decode(kind: Kind, digits: str) -> None:
    assert make_cipher(("0", "AC")).decode(kind, kind.value + digits) is None
