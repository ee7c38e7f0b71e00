"""The pictures of the README, and how they are made."""

import re
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests

from tests.pictures import FOLDER, MAX_BYTES
from tests.pictures.page import serve_account
from tests.pictures.png import decode_rows, encode_chunk, encode_with_palette
from tests.pictures.screen import Run, draw_screen, parse_styles, wrap_runs
from tests.pictures.terminal import COLUMNS, record_output

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_lines(svg: str) -> list[str]:
    """Return the lines of text in a picture."""
    return ["".join(element.itertext()).replace("\u00a0", " ") for element in ElementTree.fromstring(svg)[1]]


def mask_times(lines: list[str]) -> list[str]:
    """Return lines without times, which differ in each run. They fill a column of fixed width."""
    return [re.sub(r"^[\d:.]+(.*?) +[\d.]+ ms ", r"\1 ms ", line) for line in lines]


def test_pictures_are_those_of_the_readme_and_small() -> None:
    files = [file for file in FOLDER.iterdir() if file.suffix in (".png", ".svg")]
    linked = re.findall(r"^!\[[^]]+\]\(tests/pictures/([^)]+)\)", README, re.MULTILINE)
    assert sorted(linked) == sorted(file.name for file in files)
    assert sum(file.stat().st_size for file in files) <= MAX_BYTES


@pytest.mark.skipif(not (FOLDER / "terminal.svg").exists(), reason="the README has no picture of a terminal")
def test_picture_of_the_terminal_shows_what_is_printed_now() -> None:
    printed = read_lines(draw_screen(record_output(), COLUMNS))
    drawn = read_lines((FOLDER / "terminal.svg").read_text(encoding="utf-8"))
    assert mask_times(drawn) == mask_times(printed), "make it again: python -m tests.pictures"


def test_output_of_the_terminal_has_requests_with_reasons() -> None:
    output = record_output()
    assert "listening on \x1b[1;32mhttp://127.0.0.1:4010\x1b[0m" in output
    assert [line for line in ("list_recordings", "create_call_recording") if line not in output] == []
    assert "Page=2 has no PageToken" in output


def test_page_shows_an_account_that_lives() -> None:
    with serve_account() as server:
        root = f"{server.url}accounts/demo"
        account, journal = (requests.get(f"{root}{path}", timeout=30).json() for path in ("", "/requests"))
        calls, callbacks = (requests.get(f"{root}{path}", timeout=30).json() for path in ("/calls", "/callbacks"))
        recording = requests.get(f"{root}/recordings/{server.recording}", timeout=30).json()
    assert recording["status"] == "completed"
    assert len(account["timelines"]) >= 2
    assert [call["status"] for call in calls] == ["completed"] * 4 + ["in-progress"]
    assert [request["status"] for request in journal["requests"]] == [200, 400, 200, 200]
    assert {callback["state"] for callback in callbacks} == {"delivered"}


def test_styles_last_until_they_are_reset() -> None:
    lines = [*parse_styles("a\x1b[01;32mb\nc\x1b[0md\x1b[md\n\n")]
    assert lines == [[Run("a"), Run("b", ("1", "32"))], [Run("c", ("1", "32")), Run("d"), Run("d")], [], []]


def test_lines_are_wrapped_at_the_last_column() -> None:
    runs = [Run("abcd"), Run("efghi", ("1",))]
    assert wrap_runs(runs, 3) == [[Run("abc")], [Run("d"), Run("ef", ("1",))], [Run("ghi", ("1",))]]
    assert wrap_runs([], 3) == [[]]


def test_picture_has_the_characters_and_colours_of_the_output() -> None:
    svg = draw_screen("a <b> & c\n\n\x1b[1;31mred\x1b[0m  end\n", 20)
    assert read_lines(svg) == ["a <b> & c", "red  end"]
    root = ElementTree.fromstring(svg)
    first, second = root[1]
    assert second[0].attrib == {"font-weight": "bold", "fill": "#ff7b72"}
    assert float(second.attrib["y"]) - float(first.attrib["y"]) == 34
    assert (root.attrib["width"], root.attrib["height"]) == ("182", "83")


def encode_png(rows: list[bytes], filters: list[int], data: list[bytes] | None = None, depth: int = 8) -> bytes:
    """Return a PNG of RGB pixels. `data` are the rows with their filters applied."""
    header = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), depth, 2, 0, 0, 0)
    content = b"".join(bytes([kind]) + row for kind, row in zip(filters, data or rows, strict=True))
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(content)), (b"IEND", b"")]
    return SIGNATURE + b"".join(encode_chunk(*chunk) for chunk in chunks)


def decode_indexed(png: bytes) -> list[bytes]:
    """Return the rows of a picture with a palette, three bytes for each pixel."""
    chunks, at = {}, len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        chunks[png[at + 4 : at + 8]] = png[at + 8 : at + 8 + length]
        at += length + 12
    width, height, depth, kind = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (depth, kind) == (8, 3)
    palette, data = chunks[b"PLTE"], zlib.decompress(chunks[b"IDAT"])
    rows = [data[row * (width + 1) + 1 : (row + 1) * (width + 1)] for row in range(height)]
    return [b"".join(palette[3 * index : 3 * index + 3] for index in row) for row in rows]


def test_each_filter_of_png_is_removed() -> None:
    rows = [bytes([10, 20, 30, 40, 50, 60])] * 5
    filtered = [
        rows[0],
        bytes([10, 20, 30, 30, 30, 30]),  # less the left pixel
        bytes(6),  # less the pixel above
        bytes([5, 10, 15, 15, 15, 15]),  # less the mean of both
        bytes(6),  # less the nearest of left, above and above left
    ]
    assert decode_rows(encode_png(rows, [0, 1, 2, 3, 4], filtered)) == (2, 5, rows)


def test_few_colours_stay() -> None:
    rows = [bytes([1, 2, 3, 250, 0, 7]), bytes([250, 0, 7, 9, 9, 9])]
    assert decode_indexed(encode_with_palette(encode_png(rows, [0, 0]))) == rows


def test_rare_colours_become_the_nearest_frequent_one() -> None:
    frequent = b"".join(bytes([value, 0, 0]) for value in range(256))
    rows = [frequent, frequent, bytes([7, 1, 1]) * 1 + frequent[3:]]
    (*_, last) = decode_indexed(encode_with_palette(encode_png(rows, [0, 0, 0])))
    assert last[:3] == bytes([7, 0, 0])


def test_other_kinds_of_png_are_refused() -> None:
    with pytest.raises(ValueError, match="expected 8 bits of RGB, found 16 bits of type 2"):
        decode_rows(encode_png([bytes(3)], [0], depth=16))
