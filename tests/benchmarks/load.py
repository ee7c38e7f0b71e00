"""Load on a server: wrk if it is installed, else a small client of our own."""

import asyncio
import re
import shutil
import subprocess
import time
from base64 import b64encode
from tempfile import NamedTemporaryFile

_CONNECTION_COUNT = 32
_RATE_PATTERN = re.compile(r"Requests/sec:\s+([0-9.]+)")
_TOTAL_PATTERN = re.compile(r"(\d+) requests in")


def find_load_tool() -> str:
    """Return the name of the load generator."""
    return "wrk" if shutil.which("wrk") else "the built-in client"


_UNREPEATED = """
local number = 0
function init() math.randomseed(os.time()) end
function request()
  number = number + 1
  wrk.headers["X-Number"] = math.random(1, 2 ^ 40) .. "-" .. number
  return wrk.format("GET", nil)
end
"""
"""The script that gives each request a head of its own."""


def measure_load(
    base_url: str, path: str, auth: tuple[str, str], seconds: float, *, is_repeated: bool = True
) -> tuple[float, int]:
    """Request one path over 32 connections. Return requests per second, and their number.

    Args:
        is_repeated: False to give each request a header with a number of its own, as trace ids have.
    """
    credentials = b64encode(":".join(auth).encode()).decode()
    if shutil.which("wrk") is None:
        return asyncio.run(_measure_with_builtin_client(base_url, path, credentials, seconds, is_repeated=is_repeated))
    command = ["wrk", "-t1", f"-c{_CONNECTION_COUNT}", f"-d{seconds:g}s", "-H", f"Authorization: Basic {credentials}"]
    with NamedTemporaryFile("w", suffix=".lua") as script:
        if not is_repeated:
            script.write(_UNREPEATED)
            script.flush()
            command += ["-s", script.name]
        output = subprocess.run([*command, base_url + path], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        raise RuntimeError(output)
    rate, total = _RATE_PATTERN.search(output), _TOTAL_PATTERN.search(output)
    assert rate is not None
    assert total is not None
    return float(rate[1]), int(total[1])


async def _measure_with_builtin_client(
    base_url: str, path: str, credentials: str, seconds: float, *, is_repeated: bool
) -> tuple[float, int]:
    host, port = base_url.removeprefix("http://").split(":")
    head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Basic {credentials}\r\n".encode()
    deadline = time.perf_counter() + seconds
    total = 0

    async def send_requests() -> None:
        nonlocal total
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.perf_counter() < deadline:
            writer.write(head + (b"" if is_repeated else b"X-Number: %d-%d\r\n" % (id(writer), total)) + b"\r\n")
            found = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", found)
            assert length is not None
            await reader.readexactly(int(length[1]))
            total += 1
        writer.close()

    await asyncio.gather(*(send_requests() for _ in range(_CONNECTION_COUNT)))
    return total / seconds, total
