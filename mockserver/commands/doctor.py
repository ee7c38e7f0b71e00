"""`recmock doctor`: what the requests of an account say of its client."""

from argparse import Namespace

from mockserver.commands.control import account_of
from mockserver.commands.printing import say
from mockserver.settings import Settings


def doctor(settings: Settings, options: Namespace) -> int:
    """Print what was found, and return 1 where anything was."""
    report = account_of(settings, options).doctor.examine()
    say(report, str, as_json=options.json)
    return int(not report.is_clean)
