"""`X-Mock-Warning` names everything that an operation ignores, as the doctor does."""

import httpx
import pytest

from generators.model import Source, Status
from mockserver.rest.accepted_parameters import ACCEPTED_PARAMETERS
from mockserver.rest.parameters import Parameters
from mockserver.server.exchange import Exchange
from mockserver.server.routes.table import RESOURCE_ROUTES
from scenarios.model import Scenario
from scenarios.operations import Operation
from scenarios.rules import Fault, Then, When
from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32
CONFERENCE = "CF" + "2" * 32
RECORDINGS_PATH = f"Calls/{CALL}/Recordings.json"
NOT_A_PARAMETER = "is not a parameter of this operation, and was ignored."
UNFILTERED_CONFERENCES = (
    "Twilio lists only conferences in progress if no filter is given (since 2026-09-30). The mock lists all of them. "
    "Add Status=completed or Status=in-progress."
)
OPERATIONS = [
    (method, f"{resource.path}.json", operation)
    for resource in RESOURCE_ROUTES
    for method, (operation, _) in resource.operations_by_method.items()
] + [("GET", "/2010-04-01/Accounts/{account_sid}/Recordings/{sid}.wav", Operation.FETCH_RECORDING_MEDIA)]


def get_warnings(response: httpx.Response) -> list[str]:
    return response.headers.get_list("x-mock-warning")


def request_operation(api: Api, method: str, path: str, query: str) -> httpx.Response:
    sids = {"sid": "RE" + "0" * 32, "recording_sid": "RE" + "0" * 32, "result_sid": "XR" + "0" * 32}
    sids |= {"conference": CONFERENCE, "participant": CALL}
    target = path.format(account_sid=api.mock.demo.sid, call_sid=CALL, conference_sid=CONFERENCE, **sids)
    return api.request(method, f"{target}?{query}")


@pytest.mark.parametrize(
    ("method", "path"), [row[:2] for row in OPERATIONS], ids=[operation for _, _, operation in OPERATIONS]
)
def test_every_operation_warns_of_unknown_parameter_even_in_an_error(api: Api, method: str, path: str) -> None:
    warnings = get_warnings(request_operation(api, method, path, "Nonsense=1"))
    where = "is in the query, and was ignored: send it in the body." if method == "POST" else NOT_A_PARAMETER
    others = [UNFILTERED_CONFERENCES] if path.endswith("/Conferences.json") else []
    assert warnings == [f"'Nonsense' {where}", *others]
    report = api.call_control_api("GET", "/doctor")
    assert report["findings"][-1]["rule"] == "ignored_parameters"


def test_accepted_parameters_have_a_row_for_every_operation() -> None:
    assert set(Operation) == set(ACCEPTED_PARAMETERS) == {operation for _, _, operation in OPERATIONS}


def test_handlers_read_accepted_parameters_only(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    read: dict[Parameters, set[str]] = {}
    seen: dict[Operation, set[str]] = {}
    get_text, build_headers = Parameters.get_text, Exchange.build_warning_headers

    def record_name(parameters: Parameters, name: str) -> str | None:
        read.setdefault(parameters, set()).add(name)
        return get_text(parameters, name)

    def record_operation(exchange: Exchange) -> object:
        assert exchange.operation is not None
        names = read.get(exchange.form if exchange.method == "POST" else exchange.parameters, set())
        seen.setdefault(exchange.operation, set()).update(names)
        return build_headers(exchange)

    monkeypatch.setattr(Parameters, "get_text", record_name)
    monkeypatch.setattr(Exchange, "build_warning_headers", record_operation)
    for method, path, _ in OPERATIONS:
        request_operation(api, method, path, "")
    completed = api.find_sid(Status.COMPLETED)
    api.get_in_account(f"Recordings/{completed}.wav")
    for operation, names in seen.items():
        assert names <= {*ACCEPTED_PARAMETERS[operation]}, operation
    assert seen[Operation.FETCH_RECORDING_MEDIA] == {"RequestedChannels"}
    assert seen[Operation.UPDATE_CONFERENCE_RECORDING] == {"Status", "PauseBehavior"}
    assert "IncludeSoftDeleted" in seen[Operation.LIST_RECORDINGS]


@pytest.mark.parametrize(
    ("target", "warning"),
    [
        ("{recording}.json?includeSoftDeleted=true", f"{NOT_A_PARAMETER} Did you mean IncludeSoftDeleted?"),
        ("{recording}.wav?requestedChannels=1", f"{NOT_A_PARAMETER} Did you mean RequestedChannels?"),
        ("{recording}.json?RequestedChannels=1", NOT_A_PARAMETER),
        ("{recording}/Transcriptions.json?Pagesize=1", f"{NOT_A_PARAMETER} Did you mean PageSize?"),
        ("{recording}/AddOnResults.json?CallSid=CA1", NOT_A_PARAMETER),
        (f"{RECORDINGS_PATH}?IncludeSoftDeleted=true", NOT_A_PARAMETER),
        ("Calls.json?status=completed", f"{NOT_A_PARAMETER} Did you mean Status?"),
        (".json?FriendlyName=x", NOT_A_PARAMETER),
    ],
)
def test_ignored_query_parameter_is_reported(api: Api, target: str, warning: str) -> None:
    recording = f"/Recordings/{api.find_sid(Status.COMPLETED)}"
    path = target.format(recording=recording) if target[0] in "{." else f"/{target}"
    for _ in range(2):  # the second response may come from the cache
        response = api.get(f"{api.root}{path}")
        assert response.status_code == 200
        name = target.partition("?")[2].partition("=")[0]
        assert get_warnings(response) == [f"'{name}' {warning}"]
    assert get_warnings(api.get(f"{api.root}{path.partition('?')[0]}")) == []
    finding = api.call_control_api("GET", "/doctor")["findings"][-1]
    assert (finding["rule"], finding["count"]) == ("ignored_parameters", 2)


def test_error_for_misspelt_form_suggests_the_name(api: Api) -> None:
    sid = api.post(RECORDINGS_PATH).json()["sid"]
    path = f"Calls/{CALL}/Recordings/{sid}.json"
    response = api.post(path, status="paused", PauseBehaviour="skip")
    assert (response.status_code, response.json()["code"]) == (400, 20001)
    assert get_warnings(response) == [
        f"'status' {NOT_A_PARAMETER} Did you mean Status?",
        f"'PauseBehaviour' {NOT_A_PARAMETER} Did you mean PauseBehavior?",
    ]
    paused = api.post(path, Status="paused", PauseBehaviour="skip")
    assert (paused.status_code, get_warnings(paused)) == (200, get_warnings(response)[1:])


def test_fields_in_the_query_of_a_post_are_ignored_and_reported(api: Api) -> None:
    created = api.post(f"{RECORDINGS_PATH}?RecordingChannels=dual&RecordingTrack=inbound", Trim="trim-silence")
    assert (created.status_code, created.json()["channels"]) == (201, 1)
    assert get_warnings(created) == [
        "'RecordingChannels' is in the query, and was ignored: send it in the body.",
        "'RecordingTrack' is in the query, and was ignored: send it in the body.",
    ]
    refused = api.post(f"Calls/{CALL}/Recordings/Twilio.CURRENT.json?Status=stopped")
    assert (refused.status_code, refused.json()["code"]) == (400, 20001)
    assert get_warnings(refused) == ["'Status' is in the query, and was ignored: send it in the body."]


def test_second_create_reports_what_the_active_recording_does_not_have(api: Api) -> None:
    callback = {"RecordingStatusCallback": "http://127.0.0.1/a", "RecordingStatusCallbackMethod": "GET"}
    events = ["in-progress", "completed"]
    first = api.post(RECORDINGS_PATH, RecordingChannels="dual", RecordingStatusCallbackEvent=events, **callback).json()[
        "sid"
    ]
    same = api.post(RECORDINGS_PATH, RecordingChannels="dual", RecordingStatusCallbackEvent=events[::-1], **callback)
    assert (same.status_code, get_warnings(same)) == (200, [])
    assert get_warnings(api.post(RECORDINGS_PATH)) == []
    other = api.post(
        RECORDINGS_PATH,
        RecordingChannels="mono",
        RecordingTrack="inbound",
        RecordingStatusCallback="http://127.0.0.1/b",
        RecordingStatusCallbackMethod="POST",
        RecordingStatusCallbackEvent="absent",
    )
    assert (other.status_code, other.json()["channels"]) == (200, 2)
    reason = f"was ignored: {first} is active already, with another value."
    names = ("Channels", "Track", "StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent")
    assert get_warnings(other) == [f"Recording{name} {reason}" for name in names]


def test_second_create_reports_callback_when_the_first_had_none(api: Api) -> None:
    first = api.post(RECORDINGS_PATH).json()["sid"]
    again = api.post(RECORDINGS_PATH, RecordingStatusCallback="http://127.0.0.1/a")
    assert get_warnings(again) == [
        f"RecordingStatusCallback was ignored: {first} is active already, with another value."
    ]


def test_callback_fields_without_url_are_reported(api: Api) -> None:
    created = api.post(RECORDINGS_PATH, RecordingStatusCallbackEvent="completed", RecordingStatusCallbackMethod="GET")
    assert get_warnings(created) == [
        f"{name} was ignored: without RecordingStatusCallback there are no callbacks."
        for name in ("RecordingStatusCallbackEvent", "RecordingStatusCallbackMethod")
    ]


def test_pause_behavior_that_has_no_effect_is_reported(api: Api) -> None:
    api.post(RECORDINGS_PATH)
    path = f"Calls/{CALL}/Recordings/Twilio.CURRENT.json"
    assert get_warnings(api.post(path, Status="paused", PauseBehavior="silence")) == []
    for status in ("paused", "in-progress", "stopped"):  # it is paused already
        response = api.post(path, Status=status, PauseBehavior="skip")
        assert response.status_code == 200
        assert get_warnings(response) == [
            "PauseBehavior was ignored: it counts only when Status=paused pauses a recording."
        ]


def test_conference_recording_can_be_stopped_with_warning(api: Api) -> None:
    index = api.get_account().start_recording(CALL, conference_sid=CONFERENCE, source=Source.CONFERENCE)
    path = f"Conferences/{CONFERENCE}/Recordings/{api.get_account().corpus.get_sid(index)}.json"
    stopped = api.post(path, Status="stopped")
    assert (stopped.status_code, stopped.json()["status"]) == (200, "processing")
    assert get_warnings(stopped) == ["Status=stopped: Twilio documents that a conference recording cannot be stopped."]
    assert api.call_control_api("GET", "/doctor")["findings"][0]["rule"] == "ignored_parameters"
    api.advance(2)
    assert api.get_in_account(path).json()["status"] == "completed"
    again = api.post(path, Status="stopped")
    assert (again.status_code, again.json()["code"], get_warnings(again)) == (400, 21220, [])


def test_repeated_parameter_is_reported_if_values_differ(api: Api) -> None:
    page = api.get(f"{api.list_path}?PageSize=3&PageSize=2&Page=0&Page=0")
    assert page.json()["page_size"] == 2
    assert get_warnings(page) == ["PageSize has 2 values: only the last one counts."]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_body_of_a_method_without_body_is_reported(api: Api, method: str) -> None:
    path = f"{api.root}/Recordings/{api.find_sid(Status.COMPLETED)}.json"
    if method == "GET":
        assert get_warnings(api.get(path)) == []  # fills the cache
    response = api.request(method, path, {"Content-Length": "25"})
    assert response.is_success
    assert get_warnings(response) == [f"The body was ignored: a {method} has its parameters in the query."]
    chunked = api.request(method, path, {"Transfer-Encoding": "chunked"})
    assert get_warnings(chunked) == get_warnings(response)
    assert get_warnings(api.get(path)) == []


def test_many_ignored_parameters_fit_into_the_headers_of_a_response(api: Api) -> None:
    """Python's HTTP client refuses more than 100 headers, and lines of more than 65,536 bytes."""
    response = api.get(f"{api.list_path}?{'&'.join(f'unknown{number}=1' for number in range(500))}")
    warnings = get_warnings(response)
    assert len(warnings) == 11
    assert warnings[-1] == "490 more parameters were ignored."
    long = get_warnings(api.get(f"{api.list_path}?{'x' * 9000}=1"))
    assert long == [f"'{'x' * 60}' {NOT_A_PARAMETER}"]


def test_page_size_above_1000_counts_as_1000_with_warning() -> None:
    with Api(make_settings(count=1100, mix="deleted=0")) as api:
        for size in ("1001", "2000", "00001001", "9" * 18, "9" * 5000):
            response = api.get(f"{api.list_path}?PageSize={size}&IncludeSoftDeleted=true")
            body = response.json()
            assert (body["page_size"], body["end"], len(body["recordings"])) == (1000, 999, 1000)
            assert all("PageSize=1000&" in body[name] for name in ("first_page_uri", "uri", "next_page_uri"))
            found = size if len(size) <= 18 else f"a number of {len(size)} digits"
            assert get_warnings(response) == [f"PageSize: expected at most 1000, found {found}. It counts as 1000."]
            rest = api.get(body["next_page_uri"])
            assert (len(rest.json()["recordings"]), get_warnings(rest)) == (100, [])
        assert get_warnings(api.get(f"{api.list_path}?PageSize=1000")) == []
        lists = ("Calls.json?", "Conferences.json?Status=completed&", "Transcriptions.json?", f"{RECORDINGS_PATH}?")
        for target in lists:
            assert api.get_in_account(f"{target}PageSize=5000").json()["page_size"] == 1000
        finding = api.call_control_api("GET", "/doctor")["findings"][-1]
        assert (finding["rule"], finding["count"]) == ("ignored_parameters", 9)


def test_fault_can_refuse_a_page_size_as_twilio_documents_it() -> None:
    fault = Fault(when=When(op=Operation.LIST_RECORDINGS), then=Then(status=400, code=20007))
    with Api(make_settings(), Scenario(faults=(fault,))) as api:
        response = api.get(f"{api.list_path}?PageSize=2000")
    assert response.status_code == 400
    assert (response.json()["code"], response.json()["message"]) == (20007, "Page size too large")
