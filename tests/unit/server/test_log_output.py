"""The output of the request log: readers that do not read or are gone, and disks that are full."""

import errno
import logging
import os
import pty
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from mockserver.server import log_output
from mockserver.server.log_output import LogOutput
from mockserver.server.request_log import _describe_missing_as_json

LINE = "x" * 99
"""With its end, 100 bytes."""


class Pipe:
    """A pipe, and what writes to it."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self.output = LogOutput(self.writer, "utf-8", describe_missing)

    def read(self) -> str:
        return os.read(self.reader, 1 << 20).decode()


def describe_missing(count: int) -> str:
    return f"{count} missing"


def test_missing_lines_are_json_in_a_log_of_json() -> None:
    assert msgspec.json.decode(_describe_missing_as_json(3)) == {"missing": 3}


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    if not pipe.output.is_closed:
        os.close(pipe.reader)
    os.close(pipe.writer)


def test_lines_are_written_at_once(pipe: Pipe) -> None:
    pipe.output.write(["one", "zwölf"])
    assert (pipe.read(), pipe.output.is_waiting) == ("one\nzwölf\n", False)


def test_characters_that_the_encoding_has_not_are_escaped() -> None:
    reader, writer = os.pipe()
    LogOutput(writer, "ascii", describe_missing).write(["zwölf"])
    assert os.read(reader, 100) == b"zw\\xf6lf\n"
    os.close(reader)
    os.close(writer)


def test_lines_wait_for_a_reader_that_is_late(pipe: Pipe) -> None:
    lines = [f"{number:99}" for number in range(2000)]
    pipe.output.write(lines)
    assert pipe.output.is_waiting
    text = ""
    while pipe.output.is_waiting:
        text += pipe.read()
        pipe.output.write([])
    text += pipe.read()
    assert lines == text.splitlines()


def test_lines_that_nobody_reads_are_dropped_and_counted(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_output, "_MAX_WAITING_BYTES", 1000)
    pipe.output.write([LINE] * 2000)
    pipe.output.write([LINE] * 3)
    pipe.output.write(["lost"])
    text = ""
    while pipe.output.is_waiting:
        text += pipe.read()
        pipe.output.write([])
    pipe.output.write(["later"])
    text += pipe.read()
    assert text.splitlines() == [*[LINE] * 2000, "4 missing", "later"]


def test_last_lines_wait_no_longer_than_the_patience(pipe: Pipe) -> None:
    pipe.output.write([LINE] * 2000)
    pipe.output.write(["last"], 0.001)
    assert pipe.output.is_waiting


def test_reader_that_is_gone_closes_the_output(pipe: Pipe, caplog: pytest.LogCaptureFixture) -> None:
    os.close(pipe.reader)
    pipe.output.write(["one"])
    assert (pipe.output.is_closed, pipe.output.is_waiting, caplog.messages) == (True, False, [])


def test_full_disk_is_reported_once_and_lines_go_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(descriptor: int, data: memoryview) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with (tmp_path / "log").open("w") as file, caplog.at_level(logging.ERROR):
        output = LogOutput(file.fileno(), "utf-8", describe_missing)
        with monkeypatch.context() as full:
            full.setattr(os, "write", fail)
            output.write(["one", "two"])
            output.write(["three"])
        output.write(["four"])
        assert (output.is_closed, (tmp_path / "log").read_text()) == (False, "3 missing\nfour\n")
    assert caplog.messages == ["recmock: cannot write the request log: No space left on device."]


def test_terminal_that_is_not_read_does_not_block() -> None:
    master, slave = pty.openpty()
    output = LogOutput(slave, "utf-8", describe_missing)
    lines = [f"{number:99}" for number in range(2000)]
    for line in lines:
        output.write([line])
    assert output.is_waiting
    text = ""
    while output.is_waiting or len(text.splitlines()) < len(lines):
        text += os.read(master, 65536).decode()
        output.write([])
    assert text.splitlines() == lines
    assert os.get_blocking(slave)
    os.close(master)
    os.close(slave)


def test_descriptor_that_does_not_block_keeps_what_it_does_not_take(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.set_blocking(pipe.writer, False)
    monkeypatch.setattr(pipe.output, "_poll", None)  # as on Windows
    pipe.output.write([LINE] * 2000)
    assert (pipe.output.is_waiting, pipe.output.is_closed) == (True, False)
