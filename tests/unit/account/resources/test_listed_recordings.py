"""Changes wait until a list is read: the list has them all, however many there were."""

import pytest

from generators.model import Status
from mockserver.account.commands.recordings import DeleteRecording
from mockserver.account.resources.filter import RecordingFilter
from mockserver.rest.paging import PageRequest
from tests.accounts import make_account


@pytest.mark.parametrize("include_deleted", [False, True])
@pytest.mark.parametrize("step", [1, 3])
def test_list_has_all_changes_since_the_last_one(include_deleted: bool, step: int) -> None:
    account = make_account(count=1000)
    index = account.recordings.recording_index
    selection, request = RecordingFilter(include_deleted=include_deleted), PageRequest(size=1000, number=0, cursor=None)
    before = account.recordings.list(selection, request).indices
    completed = [each for each in before if index.get_status(each) is Status.COMPLETED]
    for deleted in (completed[: 300 * step : step], completed[-7:]):
        for each in deleted:
            account.apply(DeleteRecording(sid=index.get_sid(each)))
        expected = before if include_deleted else [each for each in before if each not in index.deletions.all]
        assert tuple(expected) == account.recordings.list(selection, request).indices
