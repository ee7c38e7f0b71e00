import pytest

from scenarios.handles import assign_recording_handles
from scenarios.loading.load import loads


@pytest.mark.parametrize(
    ("recordings", "handles"),
    [
        ("[{}, {}]", ("recording-1", "recording-2")),
        ("[{id: recording-2}, {}, {}]", ("recording-2", "recording-3", "recording-4")),
        ("[{}, {id: recording-1}, {}]", ("recording-2", "recording-1", "recording-3")),
        ("[{id: recording-3}, {id: recording-2}, {}]", ("recording-3", "recording-2", "recording-4")),
        (f"[{{sid: RE{'a' * 32}}}, {{}}]", (f"RE{'a' * 32}", "recording-2")),
    ],
)
def test_free_handles_skip_ids_of_other_recordings(recordings: str, handles: tuple[str, ...]) -> None:
    assert assign_recording_handles(loads(f"recordings: {recordings}")) == handles


def test_free_handles_skip_handles_of_picks() -> None:
    scenario = loads("""
recordings: [{}, {}]
pick:
  - {id: recording, count: 2, timeline: [{status: deleted}]}
  - {id: recording-4, timeline: [{status: deleted}]}
""")
    assert assign_recording_handles(scenario) == ("recording-3", "recording-5")
