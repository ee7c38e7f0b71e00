"""`recmock generate`: write the corpus of an account to a file, without a server."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.options import CORPUS_SETTINGS, add_account, add_settings
from mockserver.settings.settings import Settings

if TYPE_CHECKING:
    from generators.corpus.corpus import Corpus

Documents = Iterable[dict[str, Any]]

_SETTINGS = (*CORPUS_SETTINGS, "wire", "public_url")
_SLICE_SIZE = 256
"""The recordings that are made at once: a reader that takes the first one only need not wait for many."""


def _add_arguments(parser: Parser) -> None:
    add_settings(parser, _SETTINGS)
    parser.add_argument("--output", metavar="FILE", type=Path, help="The file. Default: the standard output.")
    parser.add_argument(
        "--format", choices=("jsonl", "json", "csv"), help="Default: the ending of FILE, or jsonl for other endings."
    )
    add_account(parser)


def _run(invocation: Invocation) -> int:
    """Write the recordings of the account, newest first. The file appears when it is complete."""
    from tqdm import tqdm  # slow to import like the rest, and --help does not need it

    from mockserver.cli.mock_setup import make_mock

    options = invocation.options
    mock = make_mock(invocation.settings)
    corpus = mock.account(options.of_account or mock.demo.sid).corpus
    write = _WRITERS[options.format or _choose_format(options.output)]
    with (
        _open(options.output) as stream,
        tqdm(total=corpus.count, unit=" recordings", unit_scale=True, disable=None) as progress,
    ):
        write(_report_progress(_render_documents(corpus, mock.settings), progress.update), stream)
    return 0


def _render_documents(corpus: "Corpus", settings: Settings) -> Iterator[dict[str, Any]]:
    from mockserver.rest.representations.recording import build_recording
    from mockserver.rest.representations.wires import Wire, WireSetting

    wire = Wire.TWILIO if settings.wire is WireSetting.TWILIO else Wire.SCHEMA
    base_url = settings.public_url or settings.listen.to_url()
    indices = range(corpus.count)[::-1]
    for start in range(0, corpus.count, _SLICE_SIZE):
        for recording in corpus.generate_recordings(indices[start : start + _SLICE_SIZE]):
            yield build_recording(recording, wire, base_url)


def _report_progress(documents: Documents, update: Callable[[int], Any]) -> Iterator[dict[str, Any]]:
    for document in documents:
        yield document
        update(1)


def _write_jsonl(documents: Documents, stream: TextIO) -> None:
    import json

    for document in documents:
        stream.write(f"{json.dumps(document)}\n")


def _write_json(documents: Documents, stream: TextIO) -> None:
    import json

    separator = "[\n"
    for document in documents:
        stream.write(f"{separator}{json.dumps(document)}")
        separator = ",\n"
    stream.write("\n]\n" if separator == ",\n" else "[]\n")


def _write_csv(documents: Documents, stream: TextIO) -> None:
    from mockserver.rest.representations.csv import write_csv
    from mockserver.rest.representations.recording import RECORDING_KEYS

    write_csv(stream, documents, RECORDING_KEYS, "\n")


_WRITERS: dict[str, Callable[[Documents, TextIO], None]] = {
    "jsonl": _write_jsonl,
    "json": _write_json,
    "csv": _write_csv,
}


def _choose_format(output: Path | None) -> str:
    suffix = "" if output is None else output.suffix.lower().removeprefix(".")
    return suffix if suffix in _WRITERS else "jsonl"


@contextmanager
def _open(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    try:
        if output.exists() and not output.is_file():  # a device or a pipe, which a rename would replace by a file
            with output.open("w", encoding="utf-8", newline="") as stream:
                yield stream
        else:
            with _replace_file(output.resolve()) as stream:
                yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"--output: cannot write {output}: {error.strerror}.") from None


@contextmanager
def _replace_file(output: Path) -> Iterator[TextIO]:
    """Yield a stream whose text replaces the file when it is complete."""
    partial = output.with_name(f"{output.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        os.replace(partial, output)
    finally:
        partial.unlink(missing_ok=True)


COMMAND = Command(_run, _add_arguments, settings=_SETTINGS)
