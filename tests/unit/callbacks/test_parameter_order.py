import pytest

from mockserver.callbacks.parameter_order import order_parameters

CAPTURED_RECORDING = (
    "RecordingSource RecordingTrack RecordingSid RecordingUrl RecordingStatus RecordingChannels ErrorCode CallSid "
    "RecordingStartTime AccountSid RecordingDuration"
)
"""A recording callback of 2022 (WIRE §12). The other captures are compared beside what builds them."""
CAPTURED_CONFERENCE = (
    "Coaching FriendlyName SequenceNumber ConferenceSid EndConferenceOnExit CallSid StatusCallbackEvent Timestamp"
)

SHARING = ("RecordingUrl", "RecordingStatus", "RecordingChannels", "ErrorCode", "CallSid")
"""Names that share a place in the table."""


@pytest.mark.parametrize("captured", [CAPTURED_RECORDING, CAPTURED_CONFERENCE])
def test_order_is_that_of_captures(captured: str) -> None:
    names = captured.split()
    sharing = [name for name in names if name in SHARING]
    others = [name for name in reversed(names) if name not in SHARING]
    assert names == [name for name, _ in order_parameters(dict.fromkeys([*others, *sharing], ""))]


def test_parameters_without_a_value_are_left_out() -> None:
    assert order_parameters({"To": "a", "From": None, "Empty": ""}) == (("Empty", ""), ("To", "a"))


def test_names_that_share_a_place_keep_their_order() -> None:
    assert order_parameters({"q": "", "a": "", "b": "", "r": ""}) == (("q", ""), ("a", ""), ("b", ""), ("r", ""))


@pytest.mark.parametrize(("names", "expected"), [("abcdefghijkp", "pabcdefghijk"), ("abcdefghijklp", "abcdefghijklp")])
def test_table_grows_when_it_is_three_quarters_full(names: str, expected: str) -> None:
    """`p` has the first of 16 places, and the 17th of 32."""
    assert expected == "".join(name for name, _ in order_parameters(dict.fromkeys(names, "")))
