"""`python -m mockserver` is `recmock`."""

import sys

from mockserver.cli.main import main

sys.exit(main())
