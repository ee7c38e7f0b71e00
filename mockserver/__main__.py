"""`python -m mockserver` is `recmock`."""

import sys

from mockserver.cli import main

sys.exit(main())
