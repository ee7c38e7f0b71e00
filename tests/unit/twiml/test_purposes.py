"""What a document may not do while somebody waits, or before a callee is connected."""

import pytest

from mockserver.twiml.acts import Dial, Gather, Hangup, Pause, Play, Record, Redirect, Say
from mockserver.twiml.purposes import DocumentPurpose, restrict_script
from mockserver.twiml.script import Script

ACTS = (Say("a"), Play("/a"), Pause(), Gather(), Dial(), Dial(timeout=9), Record(), Redirect(), Hangup())


@pytest.mark.parametrize(
    ("purpose", "skipped", "code"),
    [
        (DocumentPurpose.WHISPER, (Dial,), 13201),
        (DocumentPurpose.CONFERENCE_WAIT, (Gather, Dial, Record, Hangup), 13238),
        (DocumentPurpose.QUEUE_WAIT, (Dial, Record), 12200),
    ],
)
def test_forbidden_acts_are_left_out_with_one_problem_each(
    purpose: DocumentPurpose, skipped: tuple[type, ...], code: int
) -> None:
    script = restrict_script(Script(ACTS), purpose)
    assert tuple(act for act in ACTS if not isinstance(act, skipped)) == script.acts
    assert [code] * len(skipped) == [problem.code for problem in script.problems]


def test_allowed_script_stays_as_it_is() -> None:
    script = Script((Say("a"), Redirect()))
    for purpose in DocumentPurpose:
        assert script == restrict_script(script, purpose)
