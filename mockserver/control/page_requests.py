"""The requests of the control API for what a page shows of an account. None of them changes it, and none counts."""

from mockserver.control.control_request import ControlRequest

PAGE_REQUESTS = (
    ControlRequest(
        "GET",
        "/stream",
        "notices of what has changed, as server-sent events: at most ten of each kind in a second; after "
        "`Last-Event-ID` the missing ones come first, or `lag`",
    ),
    ControlRequest(
        "GET",
        "/timelines",
        "the timelines that wait, at most 100, each with all steps: done, next and later; then those of the recordings "
        "in `also`, at most 200, although they are over",
        query="limit=100&also=RE...,RE...",
    ),
    ControlRequest(
        "GET",
        "/recordings/{recording}/timeline",
        "all steps of its timeline: when it came to each and by which trigger, and how far the next one is",
    ),
    ControlRequest(
        "GET",
        "/recordings/{recording}/history",
        "what happened to it: events, callbacks and requests in one order, the latest 1,000",
        query="limit=1000",
    ),
    ControlRequest(
        "GET",
        "/callbacks/upcoming",
        "the callbacks to come, at most 1,000: of the queue, then of the steps of timelines",
    ),
    ControlRequest(
        "GET",
        "/recordings",
        "recordings with their true statuses, newest first, at most 100; a filter looks at 10,000 at most, and "
        "`older_than` goes on",
        query="status=paused&CallSid=CA...&ConferenceSid=CF...&DateCreated=2026-01-01&deleted=false&limit=50"
        "&older_than=RE...",
    ),
    ControlRequest(
        "GET",
        "/recordings/{recording}/media.{form}",
        "its sound as `wav` or `mp3`, also if it is encrypted, or was deleted",
        query="RequestedChannels=1",
    ),
    ControlRequest(
        "GET",
        "/recordings/{recording}/waveform",
        "how loud each channel is: the root mean square of each column, 2,000 at most",
        query="width=240&RequestedChannels=2",
    ),
    ControlRequest(
        "GET", "/recordings/{recording}/turns", "who says what in it, and when: the first 1,000 turns, with their words"
    ),
    ControlRequest(
        "POST",
        "/callbacks/verify",
        "checks the signature of a request that a receiver got, and says which part differs",
        (
            '{"url": "https://app.example.com/hook", "body": "RecordingStatus=completed", '
            '"signature": "FaX2PyKIPWWuBVC3IpsUbgjSAF0="}',
        ),
    ),
    ControlRequest("GET", "/snapshots", "the stored states, oldest first"),
)
