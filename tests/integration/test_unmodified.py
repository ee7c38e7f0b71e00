"""Programs that know only https://api.twilio.com, run by `recmock exec`, one per runtime."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generators.seeds import derive_demo_account_sid

LIST_URL = f"https://api.twilio.com/2010-04-01/Accounts/{derive_demo_account_sid('0')}/Recordings.json?PageSize=1"
HEALTH_URL = "https://api.twilio.com/_mock/health"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a space in its name, as on macOS."""
    return tmp_path_factory.mktemp("recmock data")


def run_with_exec(data_dir: Path, *program: str, **environment: str) -> str:
    """Run a program with `recmock exec` and the variables of CI images, and return its output."""
    preset = {
        "REQUESTS_CA_BUNDLE": str(data_dir / "missing"),
        "NO_PROXY": "*",
        "TWILIO_EDGE": "dublin",
        "TWILIO_REGION": "ie1",
    }
    command = [sys.executable, "-m", "mockserver", "exec", "--data-dir", str(data_dir), "--mix", "completed=1"]
    result = subprocess.run(
        [*command, "--", *program],
        env=os.environ | preset | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def find_tool_or_skip(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not there")
    return found


TWILIO_PYTHON_PROGRAM = """
import os
import requests
from twilio.rest import Client

client = Client()
found = client.recordings.list(limit=60, page_size=50)
one = client.recordings(found[5].sid).fetch()
assert one.media_url.startswith("https://api.twilio.com/2010-04-01/Accounts/AC"), one.media_url
plain = next(recording for recording in found if recording.encryption_details is None)
auth = (os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
sound = requests.get(plain.media_url + ".wav", auth=auth)
print(len(found), one.date_created.tzinfo, sound.status_code, sound.content[:4])
"""


def test_twilio_python_lists_fetches_and_downloads(data_dir: Path) -> None:
    assert run_with_exec(data_dir, sys.executable, "-c", TWILIO_PYTHON_PROGRAM) == "60 UTC 200 b'RIFF'\n"


TWILIO_NODE_PROGRAM = """
const client = require("twilio")();
(async () => {
  const found = await client.recordings.list({ limit: 60, pageSize: 50 });
  const one = await client.recordings(found[5].sid).fetch();
  const plain = found.find((recording) => recording.encryptionDetails === null);
  const sound = await client.request({ method: "get", uri: `${plain.mediaUrl}.wav` });
  const refused = await client.video.v1.rooms.list({ limit: 1 }).catch((error) => error.message);
  console.log(found.length, one.mediaUrl.split("/")[2], one.dateCreated.getTime() > 0, sound.statusCode, refused);
})().catch((error) => { console.error(error); process.exit(1); });
"""


def test_twilio_node_lists_fetches_and_downloads(data_dir: Path) -> None:
    modules = os.environ.get("RECMOCK_NODE_MODULES", "")
    if not (Path(modules) / "twilio").is_dir():
        pytest.skip("RECMOCK_NODE_MODULES names no folder with the package twilio")
    found = run_with_exec(data_dir, find_tool_or_skip("node"), "-e", TWILIO_NODE_PROGRAM, NODE_PATH=modules)
    assert found == "60 api.twilio.com true 200 video.twilio.com is not emulated by recmock\n"


NODE_FETCH_PROGRAM = """
const http = require("http");
const https = require("https");
const url = process.argv[1];

function get(url, options = {}) {
  return new Promise((resolve) => {
    const request = https.get(url, options, (response) => resolve(response.resume().statusCode));
    request.on("error", (error) => resolve(error.message));
  });
}

(async () => {
  const answers = await Promise.all([fetch(url), fetch(url), fetch(url.replace("https:", "http:"))]);
  console.log(...answers.map((answer) => answer.status), (await answers[0].json()).status);
  const agents = [{}, { agent: new https.Agent({ keepAlive: true }) }, { agent: false }];
  console.log(...(await Promise.all(agents.map((options) => get(url, options)))));
  const refused = "https://other.example/";
  console.log(await get(refused));
  console.log(await fetch(refused).catch((error) => error.cause.message));
  const local = http.createServer((_, response) => response.end("local")).listen(0, "127.0.0.1", async () => {
    console.log(await (await fetch(`http://127.0.0.1:${local.address().port}/`)).text());
    local.close();
    local.closeAllConnections();
  });
})().catch((error) => { console.error(error); process.exit(1); });
"""


def test_fetch_and_https_of_node_work_without_configuration(data_dir: Path) -> None:
    node = find_tool_or_skip("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major = int(version.lstrip("v").partition(".")[0])
    if major < 18:
        pytest.skip("this Node has no fetch")
    program = (node, "-e", NODE_FETCH_PROGRAM, "--", HEALTH_URL)
    found = run_with_exec(data_dir, *program, RECMOCK_PROXY_UNKNOWN="refuse").splitlines()
    assert found[:2] == ["200 200 200 ok", "200 200 200"]
    assert found[4] == "local"
    if major < 22:  # later ones have messages of their own
        refusal = "the proxy answered 403: This proxy answers for api.twilio.com, and other.example:443 is not a Twilio"
        assert found[2].startswith(refusal)
        assert found[3].startswith(refusal)


NODE_BYPASS_PROGRAM = """
const http = require("http");
const url = process.argv[1];
const local = http.createServer((_, response) => response.end("direct")).listen(0, "127.0.0.1", async () => {
  const port = local.address().port;
  const direct = `http://127.0.0.1:${port}`;
  const found = [];
  const proxied = ["api.twilio.com:80", "::1", "[::1]:443"];
  for (const exceptions of ["*", "other.example, .twilio.com", "api.twilio.com:443", ...proxied]) {
    process.env.NO_PROXY = process.env.no_proxy = exceptions;
    // Without the proxy, the name is looked up, and there is none on a machine that is offline.
    const options = { lookup: (_, __, done) => done(new Error("looked up")) };
    found.push(await new Promise((resolve) => {
      const request = require("https").get(url, options, (response) => resolve(response.resume().statusCode));
      request.on("error", (error) => resolve(error.message));
    }));
  }
  process.env.HTTPS_PROXY = process.env.https_proxy = "";
  found.push(await (await fetch(direct)).text());
  console.log(found.join("; "));
  local.close();
  local.closeAllConnections();
});
"""


def test_preload_for_node_follows_exceptions_from_the_proxy(data_dir: Path) -> None:
    node = find_tool_or_skip("node")
    if not subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.startswith("v20"):
        pytest.skip("newer versions do this themselves, and older ones are not installed")
    expected = "looked up; looked up; looked up; 200; 200; 200; direct\n"
    assert expected == run_with_exec(data_dir, node, "-e", NODE_BYPASS_PROGRAM, "--", HEALTH_URL)


REQUESTS_PROGRAM = f"""
import requests
answer = requests.get({LIST_URL!r}, auth=({derive_demo_account_sid("0")!r}, "x"))
print(answer.status_code, answer.headers["X-Mock-Wire"])
"""


def test_requests_library_gets_twilio_wire(data_dir: Path) -> None:
    assert run_with_exec(data_dir, sys.executable, "-c", REQUESTS_PROGRAM) == "200 twilio\n"


def test_wire_can_be_set_by_environment(data_dir: Path) -> None:
    assert run_with_exec(data_dir, sys.executable, "-c", REQUESTS_PROGRAM, RECMOCK_WIRE="schema") == "200 schema\n"


PRINT_RECMOCK_VARIABLES_PROGRAM = (
    "import os; print(*sorted(name for name in os.environ if name.startswith('RECMOCK_')))"
)


def test_program_environment_gets_only_recmock_url_added(data_dir: Path) -> None:
    variables = run_with_exec(
        data_dir, sys.executable, "-c", PRINT_RECMOCK_VARIABLES_PROGRAM, RECMOCK_COUNT="7"
    ).split()
    assert set(variables) - os.environ.keys() == {"RECMOCK_COUNT", "RECMOCK_URL"}


HTTPX_PROGRAM = f"""
import asyncio
import httpx

async def main():
    async with httpx.AsyncClient() as client:
        return await client.get({HEALTH_URL!r})

print(httpx.get({HEALTH_URL!r}).json()["status"], asyncio.run(main()).json()["status"])
"""


def test_httpx_works_without_configuration(data_dir: Path) -> None:
    assert run_with_exec(data_dir, sys.executable, "-c", HTTPX_PROGRAM) == "ok ok\n"


BASE_URL_PROGRAM = """
import asyncio
import os
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

async def main():
    async with AsyncTwilioHttpClient() as http:
        client = Client(http_client=http)
        client.api.base_url = os.environ["RECMOCK_URL"]
        return await client.recordings.list_async(limit=3)

print(len(asyncio.run(main())))
"""


def test_twilio_python_async_client_works_with_recmock_url(data_dir: Path) -> None:
    assert run_with_exec(data_dir, sys.executable, "-c", BASE_URL_PROGRAM) == "3\n"


START_LOCAL_SERVICE = """
import http.server, threading

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"127.0.0.1:{server.server_port}"
"""

LOCAL_SERVICES_PROGRAM = """
import urllib.request

direct = urllib.request.urlopen(f"http://{address}/direct").read()
proxies = urllib.request.getproxies()
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxies["http"]}))
urllib.request.proxy_bypass = lambda host: False
print(direct, opener.open(f"http://{address}/through").read(), sorted(proxies["no"].split(",")))
"""


def test_local_services_of_program_are_reachable(data_dir: Path) -> None:
    expected = "b'/direct' b'/through' ['127.0.0.1', '::1', 'localhost']\n"
    assert run_with_exec(data_dir, sys.executable, "-c", START_LOCAL_SERVICE + LOCAL_SERVICES_PROGRAM) == expected


def test_curl_works_without_configuration(data_dir: Path) -> None:
    assert '"status": "ok"' in run_with_exec(data_dir, find_tool_or_skip("curl"), "-sS", HEALTH_URL)


def test_ruby_works_without_configuration(data_dir: Path) -> None:
    program = "require 'net/http'; puts Net::HTTP.get_response(URI(ARGV[0])).code"
    assert run_with_exec(data_dir, find_tool_or_skip("ruby"), "-e", program, HEALTH_URL) == "200\n"


def test_php_works_without_configuration(data_dir: Path) -> None:
    php = find_tool_or_skip("php")
    if "curl" not in subprocess.run([php, "-m"], capture_output=True, text=True, check=True, timeout=100).stdout:
        pytest.skip("php has no curl")
    program = (
        "$c = curl_init($argv[1]); curl_setopt($c, CURLOPT_RETURNTRANSFER, 1); echo curl_exec($c), curl_error($c);"
    )
    assert '"status": "ok"' in run_with_exec(data_dir, php, "-r", program, HEALTH_URL)


def test_wget_works_with_own_settings(data_dir: Path, tmp_path: Path) -> None:
    own_file = tmp_path / "wgetrc"
    own_file.write_text("user_agent = mine/1.0\nuse-proxy = off\nhttps_proxy = http://127.0.0.1:1/\n")
    wget = find_tool_or_skip("wget")
    assert '"status": "ok"' in run_with_exec(data_dir, wget, "-qO-", HEALTH_URL, HOME=str(tmp_path))
    script = (
        f"{wget} -qO- --user $TWILIO_ACCOUNT_SID --password $TWILIO_AUTH_TOKEN --auth-no-challenge '{LIST_URL}' "
        "&& curl -s $RECMOCK_URL/_mock/accounts/demo/requests"
    )
    assert "mine/1.0" in run_with_exec(data_dir, "sh", "-c", script, WGETRC=str(own_file))


def test_perl_lwp_works_without_configuration(data_dir: Path) -> None:
    perl = find_tool_or_skip("perl")
    if subprocess.run([perl, "-MLWP::Protocol::https", "-e", "1"], capture_output=True, check=False).returncode:
        pytest.skip("perl has no LWP::Protocol::https")
    program = "print LWP::UserAgent->new->get($ARGV[0])->code"
    assert run_with_exec(data_dir, perl, "-MLWP::UserAgent", "-we", program, HEALTH_URL) == "200"


PHP_STREAM_PROGRAM = """<?php
echo isset($prepended) ? $prepended : 'nothing', ' ', file_get_contents($argv[1]), ' ', $http_response_header[0];
"""


@pytest.mark.parametrize(
    ("setting", "prepended"), [("", "nothing"), ("auto_prepend_file=none", "nothing"), ("auto_prepend_file={}", "mine")]
)
def test_php_streams_work_beside_own_prepended_file(
    data_dir: Path, tmp_path: Path, setting: str, prepended: str
) -> None:
    php = find_tool_or_skip("php")
    if "openssl" not in subprocess.run([php, "-m"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("php has no openssl")
    (tmp_path / "program.php").write_text(PHP_STREAM_PROGRAM)
    (tmp_path / "mine.php").write_text("<?php $prepended = 'mine';")
    (tmp_path / "ini").mkdir()
    (tmp_path / "ini" / "mine.ini").write_text(f"{setting.format(tmp_path / 'mine.php')}\n")
    folders = f"{os.pathsep}{tmp_path / 'ini'}"  # PHP's own folder, with its modules, and then ours
    found = run_with_exec(data_dir, php, str(tmp_path / "program.php"), HEALTH_URL, PHP_INI_SCAN_DIR=folders)
    assert found.startswith(f'{prepended} {{"status": "ok"')
    assert found.endswith(" HTTP/1.1 200 OK")


PHP_LOCAL_SERVICE_PROGRAM = """
import subprocess, sys

subprocess.run([*sys.argv[1:], f"http://{address}/local"], check=True)
"""


def test_php_streams_reach_local_services(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "program.php").write_text(PHP_STREAM_PROGRAM)
    program = [find_tool_or_skip("php"), str(tmp_path / "program.php")]
    found = run_with_exec(data_dir, sys.executable, "-c", START_LOCAL_SERVICE + PHP_LOCAL_SERVICE_PROGRAM, *program)
    assert found.startswith("nothing /local HTTP/1.")


GO_PROGRAM = """
package main

import ("fmt"; "net/http"; "os")

func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil { fmt.Println(err); os.Exit(1) }
	fmt.Println(answer.StatusCode)
}
"""


def test_go_works_without_configuration(data_dir: Path, tmp_path: Path) -> None:
    go = find_tool_or_skip("go")
    (tmp_path / "main.go").write_text(GO_PROGRAM)
    offline = {"GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GO111MODULE": "off"}
    offline |= {"GOCACHE": str(tmp_path / "cache"), "GOPATH": str(tmp_path / "path"), "CGO_ENABLED": "0"}
    binary = tmp_path / "program"
    subprocess.run(
        [go, "build", "-o", str(binary), "main.go"], cwd=tmp_path, env=os.environ | offline, check=True, timeout=300
    )
    assert run_with_exec(data_dir, str(binary), HEALTH_URL) == "200\n"


JAVA_PROGRAM = """
import java.net.*;
import java.net.http.*;

public class Main {
  public static void main(String[] arguments) throws Exception {
    var address = URI.create(arguments[0]);
    var old = (HttpURLConnection) address.toURL().openConnection();
    var answer = HttpClient.newHttpClient().send(
        HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    System.out.println(old.getResponseCode() + " " + answer.statusCode());
  }
}
"""


def test_java_works_without_configuration(data_dir: Path, tmp_path: Path) -> None:
    java = find_tool_or_skip("java")
    if shutil.which("javac") is None:
        pytest.skip("java is there without a compiler")
    (tmp_path / "Main.java").write_text(JAVA_PROGRAM)
    assert run_with_exec(data_dir, java, str(tmp_path / "Main.java"), HEALTH_URL) == "200 200\n"
