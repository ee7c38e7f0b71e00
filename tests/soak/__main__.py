"""Soak tests, run by hand: `python -m tests.soak`. Memory and descriptors must not grow after the start.

One runs mixed requests on a server process, the other 10,000 tests with the fixture in one process.
"""

import argparse
import sys

from tests.soak.fixture import measure_fixture
from tests.soak.server import measure_server


def main() -> int:
    """Run the chosen soak tests, and return 1 if one of them grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=180_000, help="for the server; 0 leaves it out")
    parser.add_argument("--tests", type=int, default=10_000, help="with the fixture; 0 leaves them out")
    options = parser.parse_args()
    is_flat = not options.requests or measure_server(options.requests)
    is_flat &= not options.tests or measure_fixture(options.tests)
    return 0 if is_flat else 1


if __name__ == "__main__":
    sys.exit(main())
