"""Runs the doctor for an account."""

from mockserver.control.client.connection import ControlConnection
from mockserver.journal.doctor.report import Report

__tracebackhide__ = True


class DoctorClient:
    """Examines the requests of an account's client.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._path = f"{account_path}/doctor"

    def examine(self) -> Report:
        """Return the report. `str()` formats it for people."""
        return self._connection.request("GET", self._path, Report)

    def assert_clean(self, *, ignore: tuple[str, ...] = ()) -> None:
        """Assert that the report has no findings.

        Args:
            ignore: rules to ignore.

        Raises:
            AssertionError: with the findings.
        """
        report = self.examine()
        found = [finding for finding in report.findings if finding.rule not in ignore]
        if found:
            raise AssertionError("\n".join(map(str, found)))
