from collections.abc import Sequence

import pytest

from generators.sids import Kind, SidCipher, is_sid

CIPHER = SidCipher(b"key")


@pytest.mark.parametrize("index", [0, 1, 63, 10**9, 2**64 - 1])
@pytest.mark.parametrize("kind", list(Kind))
def test_sid_decodes_to_its_index(kind: Kind, index: int) -> None:
    sid = CIPHER.encode(kind, index)
    assert is_sid(sid, kind)
    assert sid[2:] == sid[2:].lower()
    assert CIPHER.decode(kind, sid) == index


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("indices", [[], [7], [0, 2**64 - 1], range(10**9, 10**9 + 70), [3, 2**63, 3, 2**64 - 1, 0]])
def test_sids_together_equal_single_ones(kind: Kind, indices: Sequence[int]) -> None:
    assert [CIPHER.encode(kind, index) for index in indices] == CIPHER.encode_all(kind, indices)


def test_sid_decodes_in_upper_case() -> None:
    sid = CIPHER.encode(Kind.RECORDING, 7)
    assert CIPHER.decode(Kind.RECORDING, f"RE{sid[2:].upper()}") == 7


@pytest.mark.parametrize(
    "sid", ["", "RE", "RE" + "0" * 32, "RE" + "g" * 32, "re" + "0" * 32, "RE" + "0" * 31, "RE" + "0" * 32 + "\n"]
)
def test_foreign_sid_does_not_decode(sid: str) -> None:
    assert CIPHER.decode(Kind.RECORDING, sid) is None


def test_sid_of_another_kind_or_key_does_not_decode() -> None:
    sid = CIPHER.encode(Kind.RECORDING, 7)
    assert CIPHER.decode(Kind.CALL, sid) is None
    assert CIPHER.decode(Kind.CALL, "CA" + sid[2:]) is None
    assert SidCipher(b"other").decode(Kind.RECORDING, sid) is None


def test_sid_is_stable_between_versions() -> None:
    """Users write SIDs into their tests, so this literal changes with a major version only."""
    assert CIPHER.encode(Kind.RECORDING, 0) == "RE605bb32780496125f35da3726407a457"
