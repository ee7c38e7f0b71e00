import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scenarios.handles import list_ids
from scenarios.loading.load import from_objects, load, loads
from scenarios.loading.sources import find_bundled_files, find_source
from scenarios.mix_shares import collect_mix_shares
from scenarios.model import OnCreate, Scenario, ScriptedRecording
from scenarios.plans import CorpusPlan
from scenarios.problems import ScenarioError
from scenarios.statuses import RecordingStatus
from scenarios.steps import RecordingFields, Step
from scenarios.triggers import Trigger

BUNDLED_NAMES = (
    "absent-too-short",
    "broken-webhooks",
    "busy-day",
    "deleted-under-you",
    "empty-account",
    "encrypted-recordings",
    "failed-processing",
    "flaky-media",
    "happy-path",
    "late-media",
    "late-webhook",
    "legs-of-a-call",
    "living-account",
    "million-recordings",
    "outage-window",
    "page-drift",
    "paused-and-resumed",
    "polling",
    "rate-limited",
    "slow-processing",
    "voicemail-callers",
    "webhook-outage",
)


def get_error_message(
    text: str | bytes, file_format: str = "yaml", name: str = "late.yaml", folder: Path | None = None
) -> str:
    """Return the error for an invalid text, without the file's name."""
    with pytest.raises(ScenarioError) as error:
        loads(text, file_format=file_format, name=name, folder=folder)
    message = str(error.value)
    assert len(message.splitlines()) == 1
    assert not any(word in message for word in ("str |", "| null", "NoneType", "msgspec", "object at", "`int`"))
    return message.removeprefix(name)


def make_recording_yaml(text: str) -> str:
    return f"recordings:\n  - id: x\n    {text}"


def make_timeline_yaml(*steps: str, status: str = "processing") -> str:
    return make_recording_yaml(f"status: {status}\n    timeline:\n" + "".join(f"      - {step}\n" for step in steps))


def make_fault_yaml(text: str) -> str:
    return f"faults:\n  - {text}"


# Where, what was expected, what was found.
INVALID_SCENARIOS = [
    ("callers: {to: '*'}", ":1: callers: expected a list, found a mapping."),
    ("callers: [{too: '*'}]", ":1: callers[0].too: expected a known key, found 'too'. Did you mean to?"),
    (
        "callers: [{to: ann}]",
        ":1: callers[0].to: expected a number such as +15005550006, client:ann, sip:ann@example.com, or * for any, "
        "found 'ann'.",
    ),
    (
        "callers: [{from: 15005550006}]",
        ":1: callers[0].from: expected a number such as +15005550006, client:ann, sip:ann@example.com, or * for any, "
        "found 15005550006.",
    ),
    ("callers: [{from: '+1500*'}]", ":1: callers[0].from: expected a number such as +15005550006, client:ann, "),
    (
        "callers: [{answers: noanswer}]",
        ":1: callers[0].answers: expected true, no-answer, busy, failed or machine, found 'noanswer'. "
        "Did you mean no-answer?",
    ),
    (
        "callers: [{answers: false}]",
        ":1: callers[0].answers: expected true, no-answer, busy, failed or machine, found false. "
        "Did you mean no-answer?",
    ),
    ("callers: [{rings: 3}]", ":1: callers[0].rings: expected a duration such as 30s, 250ms or 1m30s, found 3."),
    (
        "callers: [{rings: 11m}]",
        ":1: callers[0].rings: expected a duration of at most 10m, which is the longest time-out of a call, found 11m.",
    ),
    (
        "callers: [{hangs_up_after: 25h}]",
        "hangs_up_after: expected a duration of at most 24h, which is the longest call, found 25h.",
    ),
    ("callers: [{speech: Hello}]", ":1: callers[0].speech: expected a list, found 'Hello'."),
    ("callers: [{speech: [1]}]", ":1: callers[0].speech[0]: expected text of at most 10000 characters, found 1."),
    (
        "callers: [{digits: 123}]",
        ':1: callers[0].digits: expected at most 1000 keys as text, such as "1w23#": digits, *, #, A to D, and w or W '
        "to wait, found 123.",
    ),
    ("callers: [{digits: '1,2'}]", ":1: callers[0].digits: expected at most 1000 keys as text"),
    (
        "callers: [{answers: busy, digits: '1'}]",
        ":1: callers[0].digits: expected no digits with `answers: busy`, because nobody is on the line, found '1'.",
    ),
    (
        "callers: [{answers: no-answer, speech: [Hi]}]",
        ":1: callers[0].speech: expected no speech with `answers: no-answer`, because nobody is on the line, found a",
    ),
    ("callers: [{answers: failed, hangs_up_after: 1s}]", "expected no hangs_up_after with `answers: failed`, because"),
    (
        "callers:\n  - {to: '+15005550006'}\n  - {to: '500 555 0006'}",
        ":3: callers[1]: expected other numbers than those of callers[0], which is found first for all calls of this "
        "caller.",
    ),
    (
        "callers:\n  - {from: '+1500'}\n  - {}\n  - {to: '+1', from: '+2'}",
        ":4: callers[2]: expected other numbers than",
    ),
    (
        "routes: {'https://a/hook': 'http://127.0.0.1'}",
        ":1: routes.https://a/hook: expected an http or https URL of a host without a path",
    ),
    ("routes: {'https://a': '127.0.0.1:8000'}", "routes.https://a: expected an http or https URL of a host"),
    (
        "routes: {'https://a': 'http://127.0.0.1:99999'}",
        ":1: routes.https://a: expected an http or https URL of a host without a path, found 'http://127.0.0.1:99999'.",
    ),
    (
        "routes: {'https://a': 'http://127.0.0.1', 'https://A:443': 'http://127.0.0.1'}",
        ":1: routes.https://A:443: expected one route from https://a, found 'https://a' too.",
    ),
    ("routes: [a]", ":1: routes: expected a mapping, found a list"),
    ("tracks: 2", ":1: tracks: expected a known key, found 'tracks'. Known here: version, name, about, accounts"),
    (
        make_recording_yaml("chanels: 2"),
        ":3: recordings[0].chanels: expected a known key, found 'chanels'. Did you mean channels?",
    ),
    (
        make_recording_yaml("account_sid: x"),
        ":3: recordings[0].account_sid: expected no value: it depends on the account ",
    ),
    ("3", ":1: expected a scenario, which is a mapping, found 3."),
    ("null", ":1: expected a scenario, which is a mapping, found nothing."),
    ("version: 2", ":1: version: expected 1, found 2."),
    (
        "name: a b",
        ":1: name: expected a name of at most 64 letters, digits, dots, hyphens and underscores, found 'a b'.",
    ),
    ("about: 5", ":1: about: expected text, found 5."),
    ("recordings: 5", ":1: recordings: expected a list, found 5."),
    ("recordings: [5]", ":1: recordings[0]: expected a mapping, found 5."),
    ("on_create: {}", ":1: on_create: expected the key 'timeline', found none."),
    ("on_create: {timeline: []}", ":1: on_create.timeline: expected a list of at least one, found an empty list."),
    ("corpus: {count: -1}", ":1: corpus.count: expected a whole number from 0 to 1000000000000, found -1."),
    ("corpus: {count: yes}", ":1: corpus.count: expected a whole number from 0 to 1000000000000, found 'yes'."),
    ("corpus: {count: .inf}", ":1: corpus.count: expected a number of at most 18 digits, found inf."),
    ("corpus: {span: 90000d}", ":1: corpus.span: expected a duration from 1s to 20000d, found 90000d."),
    ("corpus: {mix: {completd: 1}}", "found 'completd'. Did you mean completed?"),
    (
        "corpus: {mix: {completed: x}}",
        ":1: corpus.mix.completed: expected a number from 0 to 1, or a mapping, found 'x'.",
    ),
    (
        "corpus: {mix: {status: {dual: 1}}}",
        ":1: corpus.mix: expected below status one of processing, completed, absent",
    ),
    (
        "corpus: {mix: {state: {absent: 1}}}",
        ":1: corpus.mix: expected shares below status or source, found them below 'st",
    ),
    (
        "corpus: {mix: {absent: 1, status: {absent: 1}}}",
        ":1: corpus.mix: expected each share once, found 'absent' twice.",
    ),
    ("corpus: {mix: {absent: 1, completed: 1}}", ":1: corpus.mix: expected shares that sum to at most 1, found 2"),
    ("clock: {mode: freeze}", ":1: clock.mode: expected one of real, frozen, scaled, found 'freeze'."),
    ("clock: {rate: 2}", ":1: clock.rate: expected a rate with `mode: scaled` only, found mode none."),
    ("clock: {mode: scaled}", ":1: clock: expected a rate, which a scaled clock needs, found none."),
    ("clock: {mode: scaled, rate: 0}", ":1: clock.rate: expected a number above 0, at most 1000000, found 0."),
    (
        "clock: {start: 2026-03-01}",
        ":1: clock.start: expected an instant with its zone, such as 2026-03-01T09:00:00Z, fo",
    ),
    (
        "clock: {start: 12:30:00}",
        ":1: clock.start: expected an instant with its zone, such as 2026-03-01T09:00:00Z, foun",
    ),
    (
        "clock: {start: '1492-03-01T09:00:00Z'}",
        ":1: clock.start: expected a date between 1970 and 9000, found 1492-03-01",
    ),
    (make_recording_yaml("status: complete"), "failed, deleted, found 'complete'. Did you mean completed?"),
    (
        make_recording_yaml("status: off"),
        ":3: recordings[0].status: expected one of in-progress, paused, stopped, processing, comp",
    ),
    (
        make_recording_yaml("sid: RE12"),
        ":3: recordings[0].sid: expected a recording's SID: RE and 32 hexadecimal digits, found 'RE12'.",
    ),
    (
        make_recording_yaml("duration: 12s"),
        ":3: recordings[0].duration: expected whole seconds from 0 to 86400 (24 hours), such as 12, found '12s'.",
    ),
    (
        make_recording_yaml("duration: 86401"),
        ":3: recordings[0].duration: expected whole seconds from 0 to 86400 (24 hours), such as 12, found 86401.",
    ),
    (
        make_recording_yaml("duration: 20000000"),
        ":3: recordings[0].duration: expected whole seconds from 0 to 86400 (24 hours), such as 12, found 20000000.",
    ),
    (
        make_recording_yaml('duration: "86401"'),
        ":3: recordings[0].duration: expected whole seconds from 0 to 86400 (24 hours), such as 12, found '86401'.",
    ),
    (
        make_recording_yaml('duration: "99999"'),
        ":3: recordings[0].duration: expected whole seconds from 0 to 86400 (24 hours), such as 12, found '99999'.",
    ),
    (
        make_recording_yaml("duration: 1.5"),
        ":3: recordings[0].duration: expected whole seconds from 0 to 86400 (24 hours), such as 12, found 1.5.",
    ),
    (
        make_recording_yaml("price: cheap"),
        ":3: recordings[0].price: expected a decimal number, such as \"-0.00250\", found 'cheap'.",
    ),
    (make_recording_yaml("channels: 3"), ":3: recordings[0].channels: expected one of 1, 2, found 3."),
    (
        make_recording_yaml("date_created: soon"),
        ":3: recordings[0].date_created: expected an instant with its zone, such as",
    ),
    (
        make_recording_yaml("date_created: 1000-01-01"),
        ":3: recordings[0].date_created: expected a date between 1970 and 9000, f",
    ),
    (
        make_recording_yaml("status_callback: example.com"),
        ":3: recordings[0].status_callback: expected a URL, found 'example.com'.",
    ),
    (
        make_recording_yaml("status_callback_event: [done]"),
        ":3: recordings[0].status_callback_event[0]: expected one of in-prog",
    ),
    (
        make_recording_yaml("{channels: 2, source: RecordVerb}").replace("id: x\n    ", ""),
        "recordings[0].channels: expected 1 channel",
    ),
    (
        make_recording_yaml(f"conference_sid: CF{'0' * 32}\n    source: Trunking"),
        ":3: recordings[0].conference_sid: expected a conf",
    ),
    (
        make_recording_yaml("media: x.ogg"),
        ":3: recordings[0].media: expected no file: only a scenario file can na",
    ),
    (
        "recordings: saved.json",
        ":1: recordings: expected recordings, found a file name: only a scenario file can name other files.",
    ),
    (
        make_timeline_yaml("{after: {time: 12}, status: completed}"),
        "after.time: expected a duration such as 30s, 250ms or 1m30s, f",
    ),
    (
        make_timeline_yaml("{after: {}, status: completed}"),
        ":5: recordings[0].timeline[0].after: expected one of fetches, lists,",
    ),
    (
        make_timeline_yaml("{after: {fetches: 1, time: 1s}, status: completed}"),
        "after: expected one trigger, found fetches and time: put `any:` or `all:` around them, as a list.",
    ),
    (
        make_timeline_yaml("{after: {fetches: 0}, status: absent}"),
        "after.fetches: expected a whole number of at least 1, found 0.",
    ),
    (
        make_timeline_yaml("{after: {any: {fetches: 1}}, status: absent}"),
        "after.any: expected a list of at least one, found a mapp",
    ),
    (
        make_timeline_yaml("{after: {signal: ''}, status: absent}"),
        "after.signal: expected text of 1 to 64 characters, found ''.",
    ),
    (
        make_timeline_yaml("{after: {time: 1s}}"),
        "timeline[0]: expected a step with an effect: a status, set, transcription, call, conference or callback.",
    ),
    (
        make_timeline_yaml("{after: {time: 1s}, callback: []}"),
        "timeline[0]: expected a step with an effect: a status, set, tr",
    ),
    (
        make_timeline_yaml("{callback: done}"),
        "callback: expected one of in-progress, completed, absent, failed, or a mapping, or a list, found 'done'.",
    ),
    (
        make_timeline_yaml("{status: completed}", "{status: deleted}", "{status: completed}"),
        ":7: recordings[0].timeline[2]: expected nothing but callbacks once the recording is deleted: this step is nev",
    ),
    (
        make_timeline_yaml("{status: completed}", "{status: deleted}", "{set: {price: 1}}"),
        ":7: recordings[0].timeline[2]: expecte",
    ),
    (
        make_timeline_yaml("{status: paused}"),
        ":5: recordings[0].timeline[0].status: expected paused after in-progress only, foun",
    ),
    (
        make_timeline_yaml("{status: stopped}"),
        "expected stopped after in-progress or paused only, found it after processing.",
    ),
    (make_timeline_yaml("{status: in-progress}"), "expected in-progress after paused only, found it after processing."),
    (make_timeline_yaml("{status: deleted}"), "expected deleted after completed only, found it after processing."),
    (
        make_timeline_yaml("{status: processing}", status="completed"),
        "expected processing after in-progress or paused or stopped o",
    ),
    (
        make_timeline_yaml("{status: absent}", status="completed"),
        "expected absent after in-progress or paused or stopped or proce",
    ),
    (
        make_timeline_yaml("{after: {media: 1}, status: completed}"),
        "after.media: expected downloads of a completed recording, but i",
    ),
    (
        make_timeline_yaml("{after: {any: [{time: 1s}, {media: 1}]}, status: completed}"),
        ":5: recordings[0].timeline[0].after.any[1].media: expected downloads of a completed recording, but it is proc",
    ),
    (
        make_timeline_yaml("{status: completed, callback: []}", "{after: {callback: completed}, status: deleted}"),
        "after.callback: expected a callback that was sent, but no earlier step sends completed: give one `callback: c",
    ),
    (
        "clock: {start: '2026-03-01T09:00:00Z'}\n"
        + make_timeline_yaml("{after: {at: '2026-03-01T08:00:00Z'}, status: absent}"),
        "after.at: expected an instant after the clock's start at 2026-03-01T09:00:00+00:00, found 2026-03-01T08:00:00",
    ),
    (
        make_timeline_yaml(
            "{after: {all: [{at: '2026-03-02T00:00:00Z'}, {fetches: 1}]}, status: completed}",
            "{after: {at: '2026-03-01T00:00:00Z'}, status: deleted}",
        ),
        ":6: recordings[0].timeline[1].after.at: expected an instant after 2026-03-02T00:00:00+00:00, which an earlier",
    ),
    (
        make_timeline_yaml("{after: {at: '9999-03-02T00:00:00Z'}, status: completed}"),
        "after.at: expected a date between 1970 and 9",
    ),
    (
        "recordings: [{id: x}, {id: x}]",
        ":1: recordings[1]: expected a unique id, found 'x', which recordings[0] has.",
    ),
    (
        "recordings: [{id: x-2}]\npick: [{id: x, count: 2, timeline: [{status: deleted}]}]",
        ":2: pick[0]: expected a unique id, found 'x-2', which recordings[0] has.",
    ),
    (
        f"recordings: [{{id: x, sid: RE{'a' * 32}}}, {{id: y, sid: RE{'A' * 32}}}]",
        ":1: recordings[1].sid: expected a unique SID, found that of recordings[0].",
    ),
    ("pick: [{timeline: [{status: deleted}]}]", ":1: pick[0]: expected the key 'id', found none."),
    (
        "pick: [{id: x, where: {status: absent}, timeline: [{status: deleted}]}]",
        ":1: pick[0].timeline[0].status: expected deleted after completed only, found it after absent.",
    ),
    (
        "pick: [{id: x, where: {source: RecordVerb}, channels: 2, timeline: [{status: deleted}]}]",
        ":1: pick[0].channels: expected 1 channel with RecordVerb, which has one voice, found 2.",
    ),
    (
        "on_create: {timeline: [{status: completed}, {set: {source: RecordVerb, channels: 2}}]}",
        ":1: on_create.timeline[1].set.channels: expected 1 channel with",
    ),
    ("faults: [{}]", ":1: faults[0]: expected the key 'then', found none."),
    (
        make_fault_yaml("{then: {}}"),
        ":2: faults[0].then: expected an effect: a status, fault, delay or chunked_dri",
    ),
    (
        make_fault_yaml("{then: {status: 199}}"),
        ":2: faults[0].then.status: expected an HTTP status from 200 to 599, found 199.",
    ),
    (
        make_fault_yaml("{then: {status: 500, fault: empty_response}}"),
        "then.status: expected a fault or a status: empty_response s",
    ),
    (
        make_fault_yaml("{then: {body: x, fault: empty_response}}"),
        "then.body: expected a fault or a body: empty_response sends no",
    ),
    (
        make_fault_yaml("{then: {fault: conection_reset_by_peer}}"),
        "found 'conection_reset_by_peer'. Did you mean connection_reset_by",
    ),
    (
        make_fault_yaml("{then: {code: 20429, delay: 1s}}"),
        ":2: faults[0].then.code: expected status beside code, found none.",
    ),
    (
        make_fault_yaml("{then: {message: x, delay: 1s}}"),
        ":2: faults[0].then.message: expected status beside message, found none.",
    ),
    (
        make_fault_yaml("{then: {status: 429, enforce_retry_after: true}}"),
        "expected retry_after beside enforce_retry_after, found",
    ),
    (make_fault_yaml("{then: {status: 429, media_type: text/plain}}"), "expected body beside media_type, found none."),
    (
        make_fault_yaml("{then: {status: 429, body: x, code: 1}}"),
        "then.body: expected a body, or a code and message for Twilio's",
    ),
    (make_fault_yaml("{then: {delay: {}}}"), "then.delay: expected one of fixed, uniform and log_normal, found none."),
    (
        make_fault_yaml("{then: {delay: 5}}"),
        "then.delay: expected a duration such as 30s, 250ms or 1m30s, or a mapping, foun",
    ),
    (
        make_fault_yaml("{then: {delay: {fixed: 1s, uniform: {lower: 1s, upper: 2s}}}}"),
        "then.delay: expected one of fixed, uniform and log_normal, found fixed and uniform.",
    ),
    (
        make_fault_yaml("{then: {delay: {uniform: {lower: 2s, upper: 1s}}}}"),
        "lower: expected at most 1s, which is upper, found 2s.",
    ),
    (
        make_fault_yaml("{then: {delay: {uniform: {lower: 2s}}}}"),
        "then.delay.uniform: expected the key 'upper', found none.",
    ),
    (
        make_fault_yaml("{probability: 2, then: {status: 500}}"),
        "faults[0].probability: expected a number from 0 to 1, found 2.",
    ),
    (
        make_fault_yaml("{when: {op: list_recording}, then: {status: 500}}"),
        "and 32 more, found 'list_recording'. Did you mean list_r",
    ),
    (
        make_fault_yaml("{when: {op: fetch_call, page: 1}, then: {status: 500}}"),
        "when.page: expected a list operation, because",
    ),
    (
        make_fault_yaml("{when: {header: {a b: x}}, then: {status: 500}}"),
        "when.header.a b: expected the name of a header, such as ",
    ),
    (make_fault_yaml("{when: {header: {a: 1}}, then: {status: 500}}"), "when.header.a: expected text, found 1."),
    (
        make_fault_yaml("{when: {account: AC1}, then: {status: 500}}"),
        "when.account: expected an AccountSid: AC and 32 hexadecimal d",
    ),
    (
        "recordings: [{id: late}]\n" + make_fault_yaml("{when: {sid: lat}, then: {status: 500}}"),
        "found 'lat'. Did you mean late?",
    ),
    ("sequences: [{answers: []}]", ":1: sequences[0].answers: expected a list of at least one, found an empty list."),
    (
        "sequences: [{answers: [no]}]",
        "answers[0]: expected an HTTP status from 400 to 599, or ok, or a mapping, found 'no'.",
    ),
    (
        "sequences: [{answers: [ok, {}]}]",
        "answers[1]: expected an effect: a status, fault, delay or chunked_d",
    ),
    (
        "sequences: [{answers: [ok, {stats: 1}]}]",
        "answers[1].stats: expected a known key, found 'stats'. Did you mean status?",
    ),
    ("page_drift: [{}]", ":1: page_drift[0]: expected a change: insert or delete."),
    (
        "page_drift: [{insert: 1, when: {op: list_calls}}]",
        "when.op: expected an operation that lists recordings, found list_cal",
    ),
    (
        "expect: [{op: fetch_recording, min: 2, max: 1}]",
        ":1: expect[0].min: expected at most 1, which is max, found 2.",
    ),
    (
        "expect: [{op: fetch_recording, sid: nobody}]",
        ":1: expect[0].sid: expected a SID or the id of a recording here, fou",
    ),
    (
        "expect: [{op: fetch_recording, followed_next_page: true}]",
        "followed_next_page: expected a list operation, because",
    ),
    (
        "expect: [{op: fetch_recording, followed_next_page: yes}]",
        "followed_next_page: expected true or false, found 'yes'.",
    ),
    ("a: &a [*a]", ":1:4: expected values that end, found a value that contains itself."),
    ('about: "\\uD800"', ":1: about: expected text, found half of a surrogate pair in '\\ud800'."),
    ("", ": expected a scenario, found an empty file."),
    ("name: x\x00", ":1:8: expected text, found the control character U+0000."),
    ("about: |\n  x\n  \x1b[0m", ":3:3: expected text, found the control character U+001B."),
    (b"\x89PNG\r\n\x1a\n\x00", ":1:1: expected text in UTF-8, found the byte 0x89."),
    (b"name: x\nabout: \xfc", ":2:8: expected text in UTF-8, found the byte 0xfc."),
    ("name: x".encode("utf-16"), ":1:1: expected text in UTF-8, found the byte 0xff."),
    ("\ud800", ":1:1: expected text in UTF-8, found the byte 0xed."),
    ("x" * 10_000_000, ": expected at most 1 MiB of YAML, found more."),
]


@pytest.mark.parametrize(("text", "message"), INVALID_SCENARIOS)
def test_invalid_yaml_scenario_raises_one_line_error(text: str | bytes, message: str) -> None:
    assert message in get_error_message(text)


_ANY_MOMENT = "expected one of callback, status, op, signal, at, found"
INVALID_ORDERS = [
    ("after: completed", "after: expected a mapping, found 'completed'."),
    ("after: {}", f"after: {_ANY_MOMENT} none."),
    ("after: {callback: completed, signal: go}", f"after: {_ANY_MOMENT} callback and signal."),
    ("after: {callbak: completed}", "after.callbak: expected a known key, found 'callbak'. Did you mean callback?"),
    (
        "after: {callback: done}",
        "after.callback: expected one of in-progress, completed, absent, failed, found 'done'.",
    ),
    (
        "after: {status: paused}",
        "after.status: expected one of processing, completed, absent, failed, deleted, found 'pa",
    ),
    ("after: {op: fetch}", "after.op: expected one of list_recordings, fetch_recording"),
    (
        "after: {op: fetch_recording}",
        "after.op: expected another operation than the expected one, found fetch_recording.",
    ),
    ("after: {signal: ''}", "after.signal: expected text of 1 to 64 characters, found ''."),
    ("after: {at: 09:00}", "after.at: expected an instant with its zone, such as 2026-03-01T09:00:00Z, found '09:00'."),
    ("after: {at: 1492-03-01T09:00:00Z}", "after.at: expected a date between 1970 and 9000, found 1492-03-01T09:00:00"),
    ("before: 5", "before: expected a mapping, found 5."),
    ("before: {}", f"before: {_ANY_MOMENT} none."),
    ("before: {status: completed, op: list_calls}", f"before: {_ANY_MOMENT} status and op."),
    ("before: {time: 5s}", "before.time: expected a known key, found 'time'."),
    (
        "before: {callback: [completed]}",
        "before.callback: expected one of in-progress, completed, absent, failed, found a",
    ),
    ("before: {status: complete}", "before.status: expected one of processing, completed, absent"),
    ("before: {op: fetch_recording}", "before.op: expected another operation than the expected one, found fetch_rec"),
    ("before: {signal: 5}", "before.signal: expected text of 1 to 64 characters, found 5."),
    (
        "after: {signal: go}, before: {signal: go}",
        "before: expected another moment than `after`, found the signal go in both.",
    ),
    (
        "after: {at: 2026-03-02T00:00:00Z}, before: {at: 2026-03-01T00:00:00Z}",
        "before.at: expected an instant after 2026-03-02T00:00:00Z, which is `after`, found 2026-03-01T00:00:00Z.",
    ),
    (
        "before: {at: 9999-03-01T09:00:00Z}",
        "before.at: expected a date between 1970 and 9000, found 9999-03-01T09:00:00",
    ),
    *(
        (f"within: {value}", f"within: expected a duration such as 30s, 250ms or 1m30s, found {found}.")
        for value, found in [
            ("5", "5"),
            ("soon", "'soon'"),
            ("-5s", "'-5s'"),
            ("5 s", "'5 s'"),
            ("[5s]", "a list"),
            ("{time: 5s}", "a mapping"),
            ("true", "true"),
        ]
    ),
    ("within: 0ms", "within: expected a duration above 0s, found 0ms."),
    ("within: 40000d", "within: expected a duration of at most 36500d, found 40000d."),
    ("within: 5s, max: 0", "within: expected a max of at least 1, because `within` is about the first request."),
    ("at_most: 5", "at_most: expected a mapping, found 5."),
    ("at_most: {}", "at_most: expected the key 'requests', found none."),
    ("at_most: {requests: 1}", "at_most: expected the key 'per', found none."),
    ("at_most: {per: 1s}", "at_most: expected the key 'requests', found none."),
    ("at_most: {requests: 0, per: 1s}", "at_most.requests: expected a whole number of at least 1, found 0."),
    ("at_most: {requests: 1.5, per: 1s}", "at_most.requests: expected a whole number of at least 1, found 1.5."),
    ("at_most: {requests: 1, per: 1}", "at_most.per: expected a duration such as 30s, 250ms or 1m30s, found 1."),
    ("at_most: {requests: 1, per: 0s}", "at_most.per: expected a duration above 0s, found 0s."),
    ("at_most: {requests: 1, per: 40000d}", "at_most.per: expected a duration of at most 36500d, found 40000d."),
    ("at_most: {requests: 1, per: 1s, by: sid}", "at_most.by: expected a known key, found 'by'."),
    ("never: 0", "never: expected true or false, found 0."),
    ("never: 'true'", "never: expected true or false, found 'true'."),
    ("never: 1", "never: expected true or false, found 1."),
    ("never: [true]", "never: expected true or false, found a list."),
    ("never: {after: 5s}", "never: expected true or false, found a mapping."),
    ("never: yes", "never: expected true or false, found 'yes'."),
    ("never: true, min: 1", "min: expected no min beside `never: true`, which allows no request, found one."),
    ("never: true, max: 0", "max: expected no max beside `never: true`, which allows no request, found one."),
    ("never: true, at_most: {requests: 1, per: 1s}", "at_most: expected no at_most beside `never: true`, which allows"),
    ("nevr: true", "nevr: expected a known key, found 'nevr'. Did you mean never?"),
]


@pytest.mark.parametrize(("keys", "message"), INVALID_ORDERS)
def test_invalid_order_of_requests_raises_one_line_error(keys: str, message: str) -> None:
    found = get_error_message(f"expect:\n  - {{op: fetch_recording, {keys}}}")
    assert found.startswith(f":2: expect[0].{message}")


INVALID_LIMITS = [
    ("5", ": expected a mapping, found 5."),
    ("{}", ": expected a bound: requests and per, or concurrent, found none."),
    ("{by: account}", ": expected a bound: requests and per, or concurrent, found none."),
    ("{requests: 5}", ".requests: expected per beside requests, found none."),
    ("{per: 5s}", ".per: expected requests beside per, found none."),
    ("{requests: 0, per: 1s}", ".requests: expected a whole number of at least 1, found 0."),
    ("{requests: '5', per: 1s}", ".requests: expected a whole number of at least 1, found '5'."),
    ("{requests: 5, per: 1}", ".per: expected a duration such as 30s, 250ms or 1m30s, found 1."),
    ("{requests: 5, per: 0s}", ".per: expected a duration above 0s, found 0s."),
    ("{requests: 5, per: 40000d}", ".per: expected a duration of at most 36500d, found 40000d."),
    ("{concurrent: 0}", ".concurrent: expected a whole number of at least 1, found 0."),
    ("{concurrent: [1]}", ".concurrent: expected a whole number of at least 1, found a list."),
    ("{concurrent: 1, by: op}", ".by: expected one of account, operation, credential, found 'op'."),
    (
        "{concurrent: 1, by: acount}",
        ".by: expected one of account, operation, credential, found 'acount'. Did you mean",
    ),
    ("{concurent: 1}", ".concurent: expected a known key, found 'concurent'. Did you mean concurrent?"),
    (
        "{concurrent: 1, when: {every: 5}}",
        ".when.every: expected conditions without every: a limit counts all requests that match, found every.",
    ),
    (
        "{concurrent: 1, when: {sid: nobody}}",
        ".when.sid: expected a SID or the id of a recording here, found 'nobody'.",
    ),
    ("{concurrent: 1, when: {op: list}}", ".when.op: expected one of list_recordings, fetch_recording"),
]


@pytest.mark.parametrize(("limit", "message"), INVALID_LIMITS)
def test_invalid_limit_raises_one_line_error(limit: str, message: str) -> None:
    assert get_error_message(f"limits:\n  - {limit}").startswith(f":2: limits[0]{message}")


def test_bare_durations_start_limits_and_arrivals() -> None:
    scenario = loads("limits: [{concurrent: 1, after: 5s}]\narrivals: [{every: 1s, after: 5s, until: 6s}]")
    assert [rule.after for rule in (*scenario.limits, *scenario.arrivals)] == [Trigger(time="5s")] * 2
    assert scenario.arrivals[0].until == Trigger(time="6s")


INVALID_ARRIVALS = [
    ("5", ": expected a mapping, found 5."),
    ("{}", ": expected every or rate, which say how often a recording arrives, found none."),
    ("{every: 5m, rate: 1/h}", ": expected every or rate, which say how often a recording arrives, found both."),
    ("{every: 5}", ".every: expected a duration such as 30s, 250ms or 1m30s, found 5."),
    ("{every: 9ms}", ".every: expected a recording every 10ms to 366d, found 9ms."),
    ("{every: 367d}", ".every: expected a recording every 10ms to 366d, found 367d."),
    ("{rate: 120}", ".rate: expected"),
    ("{rate: 120/y}", ".rate: expected"),
    ("{rate: 101/s}", ".rate: expected a recording every 10ms to 366d, found 101/s."),
    ("{rate: 0/h}", ".rate: expected a recording every 10ms to 366d, found 0/h."),
    ("{every: 5m, rhythm: weekley}", ".rhythm: expected one of even, poisson, weekly, found 'weekley'. Did you mean"),
    ("{every: 5m, count: 0}", ".count: expected a whole number from 1 to 1000000, found 0."),
    ("{every: 5m, count: 1000001}", ".count: expected a whole number from 1 to 1000000, found 1000001."),
    ("{every: 5m, mix: {absnt: 1}}", ".mix: expected one of processing, completed"),
    ("{every: 5m, mix: {absent: 0.6, failed: 0.6}}", ".mix: expected shares that sum to at most 1, found 1.2"),
    ("{every: 5m, mix: {absent: 2}}", ".mix.absent: expected"),
    ("{every: 5m, mix: {deleted: 0.5}}", ".mix: expected no share of deleted: a timeline deletes recordings that have"),
    ("{every: 5m, mix: {adversarial: 0.5}}", ".mix: expected no share of adversarial, which generated recordings"),
    (
        "{every: 5m, mix: {absent: 0.5}, timeline: [{status: completed}]}",
        ".mix: expected no share of a status beside a timeline, which sets it, found absent.",
    ),
    ("{every: 5m, duration: 12}", ".duration: expected"),
    (
        "{every: 5m, duration: 0s}",
        ".duration: expected a duration from 1s to 24h, which is Twilio's longest, found 0s.",
    ),
    ("{every: 5m, duration: {median: 25h, sigma: 1}}", ".duration.median: expected a duration from 1s to 24h, which"),
    ("{every: 5m, duration: {median: 5s}}", ".duration: expected"),
    ("{every: 5m, duration: {median: 5s, sigma: 4}}", ".duration.sigma: expected a number from 0 to 3, found 4."),
    (
        "{every: 5m, after: {fetches: 1}}",
        ".after.fetches: expected requests, which counts all requests to the account, found",
    ),
    ("{every: 5m, ttl: 1h, until: {time: 1h}}", ".ttl: expected ttl or until, found both: ttl is the short form"),
    (
        "{every: 5m, timeline: [{status: completed}, {status: processing}]}",
        ".timeline[1].status: expected processing after",
    ),
    (
        "{every: 5m, timeline: [{status: processing}, {after: {callback: completed}, status: completed}]}",
        ".timeline[1].after.callback: expected a callback that was sent, but no earlier step sends completed",
    ),
    ("{every: 5m, status_callback: ftp://x}", ".status_callback: expected a URL"),
    ("{evry: 5m}", ".evry: expected a known key, found 'evry'. Did you mean every?"),
]


@pytest.mark.parametrize(("arrival", "message"), INVALID_ARRIVALS)
def test_invalid_arrival_raises_one_line_error(arrival: str, message: str) -> None:
    assert get_error_message(f"arrivals:\n  - {arrival}").startswith(f":2: arrivals[0]{message}")


INVALID_TOML_OR_JSON = [
    ("x = ", "toml", ":1:5: expected TOML: invalid value."),
    ("x = [", "toml", ":1:6: expected TOML: invalid value."),
    ('x = "', "toml", "expected TOML: "),
    ("[a]\n[a]", "toml", ":2:3: expected TOML: cannot declare ('a',) twice."),
    ("x = " + "[" * 9000, "toml", ": expected TOML with smaller numbers or fewer levels."),
    ("x = " + "9" * 5000, "toml", ": expected TOML with smaller numbers or fewer levels."),
    ("x = " + "[" * 70 + "]" * 70, "toml", ": x[0][0]: expected values at most 60 deep, found deeper ones."),
    (
        "clock.start = 12:30:00",
        "toml",
        ": clock.start: expected an instant with its zone, such as 2026-03-01T09:00:00Z, fo",
    ),
    ("clock.start = 2026-03-01", "toml", "found 2026-03-01."),
    ("corpus.mix.absent = nan", "toml", ": corpus.mix.absent: expected a number of at most 18 digits, found nan."),
    (
        "recordings = [{id = 'x', chanels = 2}]",
        "toml",
        ": recordings[0].chanels: expected a known key, found 'chanels'. Did",
    ),
    ("{", "json", ":1:2: expected JSON: expecting property name enclosed in double quotes."),
    ('{\n"a": 1,}', "json", ":2:"),
    ('{"a": 1, "a": 2}', "json", ": expected JSON: each key once, found 'a' again; the first is on line 1."),
    ('{"a": NaN}', "json", ":1: a: expected a number of at most 18 digits, found nan."),
    ('{"a": 1e999}', "json", ": a: expected a number of at most 18 digits, found inf."),
    (f'{{"a": {"9" * 5000}}}', "json", ": expected JSON: found a number of thousands of digits."),
    (
        f'{{"a": {"9" * 50}}}',
        "json",
        ": a: expected a number of at most 18 digits, found a number of more than 64 bits.",
    ),
    ('{"a": ' * 100_000, "json", "expected values at most 60 deep, found deeper ones."),
    ('{"a": ' * 70 + "1" + "}" * 70, "json", ": a.a.a: expected values at most 60 deep, found deeper ones."),
    ('{"about": "\\ud800"}', "json", ": about: expected text, found half of a surrogate pair in '\\ud800'."),
    ("5", "json", ": expected a scenario, which is a mapping, found 5."),
    ('{"about": "x"} y', "json", ":1:16: expected JSON: extra data."),
]


@pytest.mark.parametrize(("text", "file_format", "message"), INVALID_TOML_OR_JSON)
def test_invalid_toml_or_json_scenario_raises_one_line_error(text: str, file_format: str, message: str) -> None:
    assert message in get_error_message(text, file_format, f"late.{file_format}")


class Foreign:
    """An object that no file can hold."""


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"recordings": {1, 2}},
            "recordings: expected text, a number, a list or a mapping, found an object of class set.",
        ),
        (
            {"about": Foreign()},
            "about: expected text, a number, a list or a mapping, found an object of class Foreign.",
        ),
        ({1: 2}, "expected text as a key, found 1."),
        ({"corpus": {"count": -1}}, "corpus.count: expected a whole number from 0 to 1000000000000, found -1."),
        (5, "expected a scenario, which is a mapping, found 5."),
        (
            {"recordings": [{"timeline": [{"status": "completed", "set": {"start_time": "x"}}]}]},
            "recordings[0].timeline[0].set.start_time: expected an instant with its zone, such as 2026-03-01T09:00:00Z",
        ),
        ({"recordings": [{"timeline": [5]}]}, "recordings[0].timeline[0]: expected a mapping, found 5."),
        ({"recordings": [{"timeline": {"a": 1}}]}, "recordings[0].timeline: expected a list, found a mapping."),
        ({"recordings": [{"timeline": [{"set": 5}]}]}, "recordings[0].timeline[0].set: expected a mapping, found 5."),
        ({"pick": [5]}, "pick[0]: expected a mapping, found 5."),
        (
            Scenario(recordings=(ScriptedRecording(encryption_details={"a": Foreign()}),)),
            "expected values that a file can hold, found an object of another class.",
        ),
        (Scenario(name="a b"), "name: expected a name of at most 64"),
        (
            Scenario(recordings=(ScriptedRecording(timeline=(Step(after=Trigger()),)),)),
            "recordings[0].timeline[0].after: expected one of fetches, lists, requests, media, time, at, signal",
        ),
    ],
)
def test_invalid_object_scenario_raises_scenario_error(value: Any, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        from_objects(value)
    assert str(error.value).startswith(message)


def test_recursive_object_raises_scenario_error() -> None:
    value: dict[str, Any] = {}
    value["corpus"] = value
    with pytest.raises(ScenarioError, match=r"^corpus\.corpus\.corpus: expected values at most 60 deep"):
        from_objects(value)


def test_long_values_are_truncated_in_errors() -> None:
    assert get_error_message(f"version: {'x' * 500}").endswith(f"found '{'x' * 60}' and more.")


def test_scenario_is_equal_in_every_form() -> None:
    yaml = loads("recordings: [{id: x, date_created: 2026-03-01, channels: 2}]\nclock: {start: '2026-03-01T09:00:00Z'}")
    toml = loads(
        "clock.start = 2026-03-01T09:00:00Z\n[[recordings]]\nid = 'x'\nchannels = 2\ndate_created = 2026-03-01",
        file_format="toml",
    )
    json = loads(
        '{"$schema": "s.json", "clock": {"start": "2026-03-01T09:00:00Z"},'
        '"recordings": [{"id": "x", "channels": 2, "date_created": "Sun, 01 Mar 2026 00:00:00 +0000"}]}',
        file_format="json",
    )
    objects = from_objects(
        {
            "recordings": ({"id": "x", "channels": 2, "date_created": date(2026, 3, 1)},),
            "clock": {"start": datetime(2026, 3, 1, 9, tzinfo=UTC)},
        }
    )
    assert yaml == toml == json == objects
    assert datetime(2026, 3, 1, tzinfo=UTC) == yaml.recordings[0].date_created


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 20 Apr 2022 23:45:25 +0000", datetime(2022, 4, 20, 23, 45, 25, tzinfo=UTC)),
        ("2022-04-20T23:45:25", datetime(2022, 4, 20, 23, 45, 25, tzinfo=UTC)),
        ("2022-04-20T23:45:25.000Z", datetime(2022, 4, 20, 23, 45, 25, tzinfo=UTC)),
        ("2022-04-20T23:45:25+02:00", datetime(2022, 4, 20, 23, 45, 25, tzinfo=timezone(timedelta(hours=2)))),
        ("2022-04-20", datetime(2022, 4, 20, tzinfo=UTC)),
    ],
)
def test_recording_dates_are_parsed_in_common_forms(text: str, expected: datetime) -> None:
    on_create = f"on_create: {{timeline: [{{status: completed, set: {{start_time: '{text}'}}}}]}}"
    scenario = loads(f"recordings: [{{start_time: '{text}'}}]\n{on_create}")
    assert isinstance(scenario.on_create, OnCreate)
    assert expected == scenario.recordings[0].start_time == scenario.on_create.timeline[0].set.start_time


class OwnDatetime(datetime):
    """A class as pendulum has it, which msgspec does not know."""


def test_instants_may_be_of_a_derived_class() -> None:
    created, at = OwnDatetime(2026, 3, 1, 9, 30, fold=1, tzinfo=UTC), OwnDatetime(2026, 4, 1, tzinfo=UTC)
    scenario = from_objects(
        {
            "clock": {"start": at},
            "recordings": [{"date_created": created, "timeline": ({"after": {"at": at}, "status": "completed"},)}],
        }
    )
    (recording,) = scenario.recordings
    (step,) = recording.timeline
    assert step.after is not None
    found = recording.date_created, scenario.clock.start, step.after.at
    assert found == (datetime(2026, 3, 1, 9, 30, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), at)
    assert {type(instant) for instant in found} == {datetime}


def test_wrong_value_beside_an_instant_of_a_derived_class_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"^clock\.rate: expected a number above 0, at most 1000000, found 'fast'"):
        from_objects({"clock": {"start": OwnDatetime(2026, 4, 1, tzinfo=UTC), "rate": "fast"}})


def test_yaml_1_1_special_values_stay_text() -> None:
    scenario = loads("about: 12:30:00\nrecordings: [{id: 'on', transcript: no}]")
    assert (scenario.about, scenario.recordings[0].id, scenario.recordings[0].transcript) == ("12:30:00", "on", "no")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("late.yaml", "late"),
        ("My calls (2).yaml", "My-calls-2"),
        ("...", "scenario"),
        ("ü.toml", "scenario"),
        (f"{'x' * 90}.y", "x" * 64),
    ],
)
def test_scenario_name_defaults_to_file_name(name: str, expected: str) -> None:
    assert expected == loads("about: x", name=name).name


def test_empty_mapping_is_empty_scenario() -> None:
    assert Scenario() == from_objects({}) == from_objects(Scenario())


@pytest.mark.parametrize("name", BUNDLED_NAMES)
def test_bundled_scenarios_load_by_name(name: str) -> None:
    scenario = load(name)
    assert name == scenario.name
    assert scenario.about.endswith(".")
    assert "\n" not in scenario.about
    assert (
        find_bundled_files()[name]
        .read_text(encoding="utf-8")
        .startswith(f"# yaml-language-server: $schema=./scenario.schema.json\nversion: 1\nname: {name}\nabout: ")
    )


def test_bundled_scenarios_cover_every_status() -> None:
    steps = [step for name in BUNDLED_NAMES for recording in load(name).recordings for step in recording.timeline]
    initial_statuses = [recording.status for name in BUNDLED_NAMES for recording in load(name).recordings]
    assert set(RecordingStatus) == {step.status for step in steps if step.status} | {
        status for status in initial_statuses if status
    }
    assert tuple(find_bundled_files()) == BUNDLED_NAMES


def test_unknown_name_lists_bundled_scenarios() -> None:
    with pytest.raises(ScenarioError) as error:
        load("late-webhok")
    expected = f"a file or one of the bundled scenarios ({', '.join(BUNDLED_NAMES)})"
    assert f"late-webhok: expected {expected}, found neither. Did you mean late-webhook?" == str(error.value)


@pytest.mark.parametrize("name", ["", "nope.yaml", "a\0b.yaml", "x" * 5000])
def test_invalid_names_raise_scenario_error(name: str) -> None:
    with pytest.raises(ScenarioError):
        load(name)


def test_scenario_files_are_loaded_by_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.YML"
    file.write_text("about: x")
    assert load(str(file)).name == "mine"
    assert (tmp_path, "yaml") == (find_source(str(file)).folder, find_source(str(file)).file_format)
    file.write_text("about: x\nabuot: y")
    with pytest.raises(ScenarioError, match=f"^{file}:2: abuot: expected a known key"):
        load(str(file))


def test_unsupported_file_raises_scenario_error(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("a")
    (tmp_path / "x").write_text("a")
    os.mkfifo(tmp_path / "pipe.yaml")
    for name, message in (
        ("", "expected a file, found a folder."),
        ("pipe.yaml", "expected a file, found none."),
        ("x.txt", "expected a file that ends in one of .yaml, .yml, .toml, .json, found .txt."),
        ("x", "expected a file that ends in one of .yaml, .yml, .toml, .json, found no ending."),
    ):
        with pytest.raises(ScenarioError, match=f"{message}$"):
            load(str(tmp_path / name))


def test_unreadable_file_raises_scenario_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("about: x")

    def raise_permission_error(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    source = find_source(str(file))
    monkeypatch.setattr(Path, "open", raise_permission_error)  # root can read a file with any mode
    with pytest.raises(ScenarioError, match=r"x\.yaml: expected a file that can be read: Permission denied\.$"):
        source.read()


def test_too_large_file_raises_scenario_error(tmp_path: Path) -> None:
    for name, limit in (("x.yaml", "1 MiB of YAML"), ("x.toml", "1 MiB of TOML"), ("x.json", "64 MiB of JSON")):
        with (tmp_path / name).open("wb") as file:
            file.truncate(100 << 20)
        with pytest.raises(ScenarioError, match=f"{name}: expected at most {limit}, found more"):
            load(str(tmp_path / name))


def test_media_files_are_resolved_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "hello.WAV").write_bytes(b"RIFF")
    file = tmp_path / "x.yaml"
    file.write_text("recordings: [{id: a, media: hello.WAV}, {id: b}]")
    assert [str(tmp_path / "hello.WAV"), None] == [recording.media for recording in load(str(file)).recordings]
    assert load(str(file)) == from_objects(load(str(file)))
    for name, message in (
        ("missing.wav", "media: expected a file beside the scenario, found none called 'missing.wav'."),
        ("x.yaml", "media: expected a file that ends in .wav or .mp3, found 'x.yaml'."),
        ("x" * 5000 + ".mp3", "media: expected a file beside the scenario, found none called"),
    ):
        assert message in get_error_message(make_recording_yaml(f"media: {name}"), folder=tmp_path)


def test_nested_mix_shares_are_flattened() -> None:
    plan = CorpusPlan(mix={"status": {"completed": 0.5, "absent": 0.5}, "source": {"conference": 0.1}, "dual": 1.0})
    assert collect_mix_shares(plan.mix) == {"completed": 0.5, "absent": 0.5, "conference": 0.1, "dual": 1.0}
    assert collect_mix_shares(None) == {}


def test_rules_can_name_recordings_picks_and_sids() -> None:
    text = """
recordings: [{id: a}, {}]
pick: [{id: b, timeline: [{status: deleted}]}, {id: c, count: 2, timeline: [{status: deleted}]}]
expect:
"""
    for sid in ("a", "b", "c-1", "c-2", "CA" + "0" * 32):
        text += f"  - {{op: fetch_recording, sid: {sid}}}\n"
    assert list_ids(loads(text)) == ["a", "b", "c-1", "c-2"]
    assert "expected a SID or the id of a recording here, found 'c'" in get_error_message(
        f"{text}  - {{op: fetch_recording, sid: c}}"
    )
    assert "found 'recording-2'" in get_error_message(f"{text}  - {{op: fetch_recording, sid: recording-2}}")


def test_scenario_with_every_feature_loads() -> None:
    scenario = loads("""
recordings:
  - {id: told, status_callback: "http://127.0.0.1:1/", timeline: [{status: completed},
     {after: {callback: completed}, status: deleted}, {after: {fetches: 1}, callback: completed}]}
  - {id: live, timeline: [{status: in-progress}, {status: paused}, {status: in-progress}, {status: stopped},
     {status: processing}, {status: completed}, {after: {media: 2}, set: {price: -0.0025}}]}
pick:
  - {id: any, timeline: [{after: {media: 1}, status: deleted}]}
on_create: {timeline: [{status: completed}, {after: {callback: completed}, status: deleted}]}
faults:
  - then: {delay: {uniform: {lower: 1s, upper: 1s}}}
  - then: {delay: {log_normal: {median: 1s, sigma: 0.5}}}
  - then: {fault: truncated_response, chunked_dribble: {chunks: 3, duration: 2s}}
  - then: {status: 503, body: <h1>Sorry</h1>, media_type: text/html}
  - {when: {op: list_calls, page: 0, header: {User-Agent: "twilio-*"}}, then: {status: 500}}
  - {when: {page: 0}, then: {status: 500}}
page_drift: [{when: {op: list_call_recordings}, delete: 1}, {when: {}, insert: 1}]
expect: [{op: list_recordings, min: 0, max: 0}, {op: list_recordings, followed_next_page: false}]
clock: {mode: scaled, rate: 60}
""")
    assert msgspec.convert(msgspec.to_builtins(scenario), Scenario) == scenario
    assert RecordingFields(price=-0.0025) == scenario.recordings[1].timeline[-1].set


@pytest.mark.parametrize(
    "duration", [0, 86_400, "0", "7", "9999", "10000", "79999", "85999", "86399", "86400", "0086400"]
)
def test_duration_of_up_to_a_day_is_loaded(duration: int | str) -> None:
    scenario = from_objects({"recordings": [{"status": "completed", "duration": duration}]})
    assert duration == scenario.recordings[0].duration
