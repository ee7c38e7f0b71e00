"""`python -m mockserver` is `recmock`."""

import sys

from mockserver.testing.hidden_packages import find_hidden_package

if (hidden := find_hidden_package()) is not None:
    print(f"recmock: {hidden}", file=sys.stderr)  # noqa: T201 - it is a command
    sys.exit(2)

from mockserver.cli.main import main

sys.exit(main())
