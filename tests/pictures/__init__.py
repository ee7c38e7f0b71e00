"""The pictures of the README, made from the real thing: `python -m tests.pictures`."""

from pathlib import Path

FOLDER = Path(__file__).parent
MAX_BYTES = 150_000
"""The size of all pictures together: who clones the repository loads them."""
