"""`python -m mockserver` is `recmock`."""

import sys

from recmock_entry import run_command

sys.exit(run_command())
