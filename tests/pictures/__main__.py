"""Make the pictures of the README from the real thing: a server in a terminal, and its page in Chromium."""

import sys

from tests.pictures import FOLDER, MAX_BYTES
from tests.pictures.page import find_chromium, photograph
from tests.pictures.screen import draw_screen
from tests.pictures.terminal import COLUMNS, record_output


def main() -> int:
    """Write the pictures, and return 1 if they are too large or if the page could not be shown."""
    pictures = {"terminal.svg": draw_screen(record_output(), COLUMNS).encode()}
    chromium = find_chromium()
    if chromium is None:
        print("The page needs playwright (pip install playwright) and Chromium: its pictures stay as they are.")
    else:
        pictures.update(photograph(chromium))
    for name, picture in pictures.items():
        (FOLDER / name).write_bytes(picture)
        print(f"{name}: {len(picture):,} bytes")
    total = sum(file.stat().st_size for file in FOLDER.iterdir() if file.suffix in (".png", ".svg"))
    print(f"{total:,} of at most {MAX_BYTES:,} bytes")
    return int(chromium is None or total > MAX_BYTES)


if __name__ == "__main__":
    sys.exit(main())
