"""Writes the golden digests: `python -m tests.corpora`. They change with a new major version only."""

from tests.corpora.pages import GOLDEN, NAMES, list_digests

if __name__ == "__main__":
    GOLDEN.write_text("".join(f"{line}\n" for name in NAMES for line in list_digests(name)), encoding="ascii")
