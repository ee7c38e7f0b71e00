import pytest

from generators.content.subresources import SUBRESOURCE_KINDS, encode_subresource_sid, split_subresource_index
from generators.sids import Kind, SidCipher

CIPHER = SidCipher(b"key")


@pytest.mark.parametrize(
    ("kind", "ordinal"), [(Kind.TRANSCRIPTION, 0), (Kind.ADD_ON_RESULT, 3), (Kind.PAYLOAD, 15), (Kind.PAYLOAD, 0)]
)
def test_subresource_sid_decodes_to_recording_and_ordinal(kind: Kind, ordinal: int) -> None:
    index = CIPHER.decode(kind, encode_subresource_sid(CIPHER, kind, 12345, ordinal))
    assert index is not None
    assert split_subresource_index(kind, index) == (12345, ordinal)
    assert kind in SUBRESOURCE_KINDS


@pytest.mark.parametrize("ordinal", [-1, 4])
def test_ordinal_out_of_range_raises_index_error(ordinal: int) -> None:
    with pytest.raises(IndexError, match=f"from 0 to 3 for XR, found {ordinal}"):
        encode_subresource_sid(CIPHER, Kind.ADD_ON_RESULT, 0, ordinal)
