"""What a terminal shows, as an SVG picture: its characters, the bold ones, and the colours of ANSI sequences."""

import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

_SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m")
_FILLS = {"2": "#8b949e", "31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "35": "#d2a8ff", "36": "#79c0ff"}
"""Colours by ANSI code; 2 is faint."""
_BACKGROUND, _FOREGROUND = "#0d1117", "#e6edf3"
_CELL_WIDTH, _LINE_HEIGHT, _MARGIN = 7.5, 17, 16
_SPACE = "\u00a0"
"""SVG would join ordinary spaces to one."""
_FONT = "font:12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"


class Run(NamedTuple):
    """Characters in one style, as ANSI codes."""

    text: str
    codes: tuple[str, ...] = ()


def draw_screen(output: str, columns: int) -> str:
    """Return the picture of an output.

    Args:
        output: text with ANSI sequences for styles, and no other.
        columns: the width of the terminal, at which it wraps lines.
    """
    lines = [line for written in parse_styles(output.rstrip("\n")) for line in wrap_runs(written, columns)]
    width, height = round(columns * _CELL_WIDTH) + 2 * _MARGIN, len(lines) * _LINE_HEIGHT + 2 * _MARGIN
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    rows = [_draw_line(runs, number) for number, runs in enumerate(lines) if runs]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
            f'<rect width="100%" height="100%" rx="8" fill="{_BACKGROUND}"/>',
            f'<g style="{_FONT}" fill="{_FOREGROUND}">',
            *rows,
            "</g>",
            "</svg>\n",
        ]
    )


def parse_styles(output: str) -> Iterator[list[Run]]:
    """Yield the runs of each line. A style lasts until it is reset."""
    codes: tuple[str, ...] = ()
    for line in output.split("\n"):
        runs, at = [], 0
        for sequence in _SEQUENCE.finditer(line):
            runs.append(Run(line[at : sequence.start()], codes))
            at = sequence.end()
            new = tuple(code.removeprefix("0") for code in sequence[1].split(";"))
            codes = () if new == ("",) else (*codes, *new)
        yield [run for run in (*runs, Run(line[at:], codes)) if run.text]


def wrap_runs(runs: list[Run], columns: int) -> list[list[Run]]:
    """Return the lines that a terminal shows for a line: it breaks at its last column, also within a word."""
    lines: list[list[Run]] = [[]]
    left = columns
    for run in runs:
        text = run.text
        while text:
            if not left:
                lines.append([])
                left = columns
            lines[-1].append(Run(text[:left], run.codes))
            text, left = text[left:], left - len(text[:left])
    return lines


def _draw_line(runs: list[Run], number: int) -> str:
    """Return a line. `textLength` keeps its columns in any font."""
    length = sum(len(run.text) for run in runs) * _CELL_WIDTH
    baseline = _MARGIN + (number + 0.75) * _LINE_HEIGHT
    return f'<text x="{_MARGIN}" y="{baseline:g}" textLength="{length:g}">{"".join(map(_draw_run, runs))}</text>'


def _draw_run(run: Run) -> str:
    text = escape(run.text, quote=False).replace(" ", _SPACE)
    style = "".join(' font-weight="bold"' if code == "1" else f' fill="{_FILLS[code]}"' for code in run.codes)
    return f"<tspan{style}>{text}</tspan>" if style else text
