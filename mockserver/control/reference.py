"""The requests of the control API: one table for the README and for the answer to an unknown path."""

import re

from generators.suggestion import suggest
from mockserver.control.control_request import ControlRequest
from mockserver.control.page_requests import PAGE_REQUESTS

_PREFIX = "/_mock"
_ACCOUNT_PATH = "/accounts/{account}"
_IN_ACCOUNT = re.compile(r"/accounts/[^/]+(/.*)", re.DOTALL)


PUBLIC_REQUESTS = (
    ControlRequest(
        "GET",
        "/health",
        "whether the server answers, its version, its store and the processes that share it; it needs no token",
    ),
    ControlRequest("GET", "/openapi.json", "this API as OpenAPI 3.1, with the schemas of all bodies and answers"),
    ControlRequest("GET", "/metrics", "requests, durations, faults, callbacks and timers as text for Prometheus"),
    ControlRequest("GET", "/sids/{sid}", "what a SID stands for", query="account=AC..."),
    ControlRequest(
        "GET",
        "/accounts",
        "all accounts: name, recordings in flight, requests, how many were refused, the last one",
    ),
    ControlRequest("GET", "/media/{account}/{name}", "the media that `--media-redirect` redirects to"),
    ControlRequest("GET", "/payloads/{account}/{name}", "the data of an add-on's payload"),
    ControlRequest("GET", "/operations", "the operations of the API, with their paths and parameters"),
    ControlRequest("GET", "/scenarios", "the bundled scenarios"),
    ControlRequest("GET", "/session", "whether the dashboard must ask for the token; it needs none"),
    ControlRequest(
        "POST", "/session", "sets the dashboard's cookie, beyond loopback", ('{"token": "what recmock printed"}',)
    ),
)
ACCOUNT_REQUESTS = tuple(
    request._replace(path=f"{_ACCOUNT_PATH}{request.path}")
    for request in (
        ControlRequest("GET", "", "the state: clock, timelines, timers, rules, counts"),
        ControlRequest("DELETE", "", "drops the account with its requests; the next request creates it again"),
        ControlRequest("POST", "/reset", "restores the first state"),
        ControlRequest("POST", "/snapshots", "stores the state under a name", ('{"name": "latest"}',)),
        ControlRequest("POST", "/rollback", "restores a stored state", ('{"name": "latest"}',)),
        ControlRequest(
            "GET",
            "/export",
            "settings, commands and requests as lines of JSON, to replay them; with stand-ins for secrets; `since` is "
            "the number of the first command to read",
            query="scrub=true&since=0",
        ),
        ControlRequest("GET", "/corpus", "the values that determine the generated recordings"),
        ControlRequest("GET", "/overrides", "the account's own settings"),
        ControlRequest(
            "PUT",
            "/overrides",
            "replaces them; null or missing is the server's setting",
            ('{"wire": "twilio", "auth": "strict", "routes": {"https://app.example.com": "http://127.0.0.1:8000"}}',),
        ),
        ControlRequest("GET", "/clock", "the time, the mode and the rate"),
        ControlRequest(
            "POST",
            "/clock",
            "moves the clock or changes its rate; modes are real, frozen, scaled",
            (
                '{"advance": "30s"}',
                '{"move_to": "2100-01-01T09:00:00Z"}',
                '{"mode": "frozen"}',
                '{"mode": "scaled", "rate": 60}',
            ),
        ),
        ControlRequest("GET", "/scenario", "the scenario that the account plays"),
        ControlRequest(
            "PUT",
            "/scenario",
            "plays a bundled scenario, or a complete one as in a file",
            (
                '{"name": "happy-path"}',
                '{"scenario": {"version": 1, "name": "mine", "recordings": [{"id": "late"}]}}',
            ),
        ),
        ControlRequest("DELETE", "/scenario", "ends the scenario"),
        ControlRequest("GET", "/accounts", "the accounts that a scenario set up together with this one"),
        ControlRequest(
            "PUT",
            "/accounts",
            "sets up the accounts of a scenario; this one is the first of them",
            ('{"scenario": {"accounts": [{"id": "main"}, {"id": "shop", "parent": "main"}]}}',),
        ),
        ControlRequest(
            "GET", "/scenario/capture", "what happened, as a scenario that plays it again, and what it cannot say"
        ),
        ControlRequest(
            "POST",
            "/signals",
            "sends a signal, to all recordings if none is named",
            ('{"name": "finish", "recording": "late"}',),
        ),
        ControlRequest("GET", "/events", "what happened, at most 1,000 events", query="since=0&limit=1000"),
        ControlRequest("GET", "/expectations", "what the scenario expects, and whether it is met"),
        ControlRequest(
            "POST",
            "/recordings",
            "adds a recording; the fields are those of `recordings` in a scenario",
            (
                '{"id": "mine", "status": "in-progress", "status_callback": "http://127.0.0.1:8000/hook"}',
                '{"timeline": [{"after": {"time": "12s"}, "status": "completed", "set": {"duration": 12}}]}',
            ),
        ),
        ControlRequest("GET", "/recordings/{recording}", "the recording with this handle or SID"),
        ControlRequest(
            "POST",
            "/recordings/{recording}",
            "changes it now; the fields are those of a step of a timeline",
            ('{"status": "completed", "set": {"duration": 12}, "callback": "completed"}',),
        ),
        ControlRequest("POST", "/recordings/{recording}/step", "runs the next step of its timeline"),
        ControlRequest("GET", "/arrivals", "the rules by which recordings arrive, with their counts"),
        ControlRequest(
            "POST",
            "/arrivals",
            "lets recordings arrive by themselves; the fields are those of `arrivals` in a scenario",
            (
                '{"every": "5m", "until": {"time": "8h"}, "count": 500, "duration": "30s"}',
                '{"rate": "120/h", "rhythm": "poisson", "after": "1m", "mix": {"absent": 0.1}}',
                '{"rate": "20/d", "rhythm": "weekly", "ttl": "7d", "duration": {"median": "90s", "sigma": 1.2}}',
                '{"every": "1m", "timeline": [{"status": "in-progress"}, {"after": "30s", "status": "completed"}], '
                '"status_callback": "http://127.0.0.1:8000/hook", "status_callback_method": "POST", '
                '"status_callback_event": ["completed"]}',
            ),
        ),
        ControlRequest("DELETE", "/arrivals", "ends all arrivals; the recordings stay"),
        ControlRequest("DELETE", "/arrivals/{number}", "ends one"),
        ControlRequest("GET", "/faults", "the fault rules and rate limits, with their counts"),
        ControlRequest(
            "POST",
            "/faults",
            "adds rules; the fields are those of a scenario",
            (
                '{"faults": [{"when": {"op": "list_recordings"}, "then": {"status": 429}, "times": 1}]}',
                '{"sequences": [{"when": {"op": "fetch_recording"}, "answers": [500, "ok"]}]}',
                '{"limits": [{"requests": 100, "per": "1s", "by": "operation", "concurrent": 20}]}',
            ),
        ),
        ControlRequest("DELETE", "/faults", "removes all rules"),
        ControlRequest("DELETE", "/faults/{number}", "removes one rule"),
        ControlRequest(
            "GET", "/callbacks", "the callbacks, with their attempts and signed texts", query="seconds=true"
        ),
        ControlRequest(
            "POST",
            "/callbacks",
            "sends one by hand, about the newest recording that had the event if none is named",
            ('{"event": "completed", "to": "http://127.0.0.1:8000/hook", "method": "POST", "recording": "late"}',),
        ),
        ControlRequest("POST", "/callbacks/{number}/redeliver", "delivers a callback again"),
        ControlRequest("GET", "/calls", "the calls that began here, oldest first"),
        ControlRequest(
            "POST",
            "/calls",
            "places a call, and plays it unless `wait` is false; the fields of the person are those of `callers` in a "
            "scenario",
            (
                '{"url": "http://127.0.0.1:5000/voice", "method": "POST", "from": "+14155550123", '
                '"speech": ["Hi, this is Ann."], "digits": "1w23#", "hangs_up_after": "20s", '
                '"status_callback": "http://127.0.0.1:5000/status", "status_callback_method": "POST"}',
                '{"direction": "outgoing", "to": "+15005550006", "twiml": "<Response><Record/></Response>", '
                '"record": "dual", "recording_status_callback": "http://127.0.0.1:5000/recorded", "answers": true, '
                '"rings": "2s", "fallback_url": "http://127.0.0.1:5000/fallback", '
                '"status_callback_events": ["initiated", "ringing", "answered", "completed"], "wait": false}',
            ),
        ),
        ControlRequest("GET", "/calls/{call}", "a call: its conversation, requests to the app, recordings, errors"),
        ControlRequest(
            "POST",
            "/calls/{call}/play",
            "plays a call on: to its end, or until a change; a frozen clock moves, a running one is waited for",
            ('{"until": "end", "timeout": "60s"}', '{"until": "change"}'),
        ),
        ControlRequest("POST", "/calls/{call}/hang-up", "lets the person on the line hang up, and plays the rest"),
        ControlRequest("GET", "/debugger", "errors and warnings of calls and their apps", query="since=0&limit=1000"),
        ControlRequest(
            "GET",
            "/requests",
            "the requests in the journal, newest last; a query selects, as `pattern` does, or has it as JSON in "
            "`pattern`; `generation` is another number after the journal was emptied",
            query="op=list_recordings&query.PageSize=50&since=0&limit=100",
        ),
        ControlRequest("DELETE", "/requests", "empties the journal"),
        ControlRequest("GET", "/requests/{number}", "one request, with the headers and the first 4 KB of its answer"),
        ControlRequest("GET", "/requests/{number}/curl", "a curl command that repeats it"),
        ControlRequest("GET", "/requests.har", "the journal as HAR"),
        ControlRequest(
            "POST",
            "/requests/count",
            "counts the requests that match a pattern: `op`, `method`, `path`, `sid`, `status`, `header`, `query`, "
            "`form`, `body`",
            ('{"pattern": {"op": "list_recordings", "query": {"PageSize": "50"}}, "since": 0}',),
        ),
        ControlRequest(
            "POST",
            "/requests/verify",
            "checks their number, and shows the nearest misses; at least one unless a field says otherwise",
            ('{"pattern": {"path": "*.mp3"}, "exactly": 2, "since": 0}', '{"min": 1, "max": 3}'),
        ),
        ControlRequest(
            "POST",
            "/requests/wait",
            "waits for them in real time",
            ('{"pattern": {"method": "DELETE"}, "count": 1, "timeout": "10s", "since": 0}',),
        ),
        ControlRequest("GET", "/doctor", "bad habits of the client"),
        *PAGE_REQUESTS,
    )
)
CONTROL_REQUESTS = (*PUBLIC_REQUESTS, *ACCOUNT_REQUESTS)


def find_example(method: str, path: str) -> str:
    """Return a body for a request of the control API that reads one."""
    examples = (
        request.bodies[0]
        for request in CONTROL_REQUESTS
        if request.bodies and request.method == method and _compile(request.path).fullmatch(path)
    )
    return next(examples, "{}")  # the default is for a path with a line break at its end, which Starlette accepts


def _compile(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(f"{_PREFIX}{path}")), re.DOTALL)


def explain_unknown_path(path: str) -> str:
    """Return the reason for an unknown path: the closest known one, and all of them."""
    own = list(dict.fromkeys(request.path for request in PUBLIC_REQUESTS))
    of_account = list(dict.fromkeys(request.path.removeprefix(_ACCOUNT_PATH) for request in ACCOUNT_REQUESTS))
    tail = path.removeprefix(_PREFIX)
    in_account = _IN_ACCOUNT.fullmatch(tail)
    hint = suggest(tail, [*own, "/accounts/demo"]) if in_account is None else suggest(in_account[1], of_account)
    paths = ", ".join(f"{_PREFIX}{known}" for known in (*own, "/accounts/{AccountSid or demo}"))
    return (
        f"Not a path of the control API.{hint} Its paths are {paths}, and below the last one "
        f"{', '.join(filter(None, of_account))}."
    )
