"""`recmock generate`: writes a corpus to a file, without a server."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from generators.corpus.corpus import Corpus
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import make_mock
from mockserver.rest.representations.csv_and_html import write_csv
from mockserver.rest.representations.recording import KEYS, build_recording
from mockserver.rest.representations.wires import Wire, WireSetting
from mockserver.settings.settings import Settings

Documents = Iterable[dict[str, Any]]


def generate(settings: Settings, account_sid: str | None, output: Path | None, form: str | None) -> int:
    """Write an account's recordings, newest first, and return the exit code.

    Args:
        account_sid: the account; None for the demo account.
        output: a file, which appears when it is complete; None for standard output.
        form: `jsonl`, `json` or `csv`; None to use the file's extension.
    """
    from tqdm import tqdm

    mock = make_mock(settings)
    corpus = mock.account(account_sid or mock.demo.sid).corpus
    write = WRITERS[form or _choose_format(output)]
    with (
        _open_output(output) as stream,
        tqdm(total=corpus.count, unit=" recordings", unit_scale=True, disable=None) as bar,
    ):
        write(_count(_build_documents(corpus, mock.settings), bar.update), stream)
    return 0


def _build_documents(corpus: Corpus, settings: Settings) -> Iterator[dict[str, Any]]:
    wire = Wire.TWILIO if settings.wire is WireSetting.TWILIO else Wire.SCHEMA
    base_url = settings.public_url or f"http://{settings.listen}"
    for index in reversed(range(corpus.count)):
        yield build_recording(corpus.generate_recording(index), wire, base_url)


def _count(documents: Documents, update: Callable[[int], Any]) -> Iterator[dict[str, Any]]:
    for each in documents:
        yield each
        update(1)


def _write_jsonl(documents: Documents, stream: TextIO) -> None:
    for each in documents:
        stream.write(f"{json.dumps(each)}\n")


def _write_json(documents: Documents, stream: TextIO) -> None:
    separator = "[\n"
    for each in documents:
        stream.write(f"{separator}{json.dumps(each)}")
        separator = ",\n"
    stream.write("\n]\n" if separator == ",\n" else "[]\n")


def _write_csv(documents: Documents, stream: TextIO) -> None:
    write_csv(stream, documents, KEYS, "\n")


WRITERS: dict[str, Callable[[Documents, TextIO], None]] = {
    "jsonl": _write_jsonl,
    "json": _write_json,
    "csv": _write_csv,
}


def _choose_format(output: Path | None) -> str:
    suffix = "" if output is None else output.suffix.lower().removeprefix(".")
    return suffix if suffix in WRITERS else "jsonl"


@contextmanager
def _open_output(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    partial = output.with_name(f"{output.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        os.replace(partial, output)
    except OSError as wrong:
        raise CommandError(f"--output: cannot write {output}: {wrong.strerror}.") from None
    finally:
        partial.unlink(missing_ok=True)
