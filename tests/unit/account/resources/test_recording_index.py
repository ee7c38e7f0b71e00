from hypothesis import given, settings
from hypothesis import strategies as st

from generators.model import Status
from mockserver.account.commands.recordings import DeleteRecording
from tests.accounts import make_account, make_scripted_account


def test_recordings_together_equal_single_ones_after_changes() -> None:
    account = make_scripted_account({"status": "processing"})
    index = account.recordings.recording_index
    numbers = [*range(account.corpus.count), *index.created]
    assert len(numbers) > account.corpus.count
    assert [index.get(number) for number in numbers[::-1]] == index.get_all(numbers[::-1])


@given(st.lists(st.integers(0, 99), max_size=12))
@settings(max_examples=20)
def test_recordings_together_equal_single_ones_after_deletions(numbers: list[int]) -> None:
    account = make_account(count=100)
    index = account.recordings.recording_index
    for number in {number for number in numbers[::2] if index.get_status(number) is Status.COMPLETED}:
        account.apply(DeleteRecording(sid=index.get_sid(number)))
    index.touch(5)
    assert [index.get(number) for number in (*numbers, 5)] == index.get_all((*numbers, 5))
