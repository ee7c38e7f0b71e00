"""Writes the trust files for a command, and explains why it cannot."""

from collections.abc import Mapping

from mockserver.account.time.clock import wall_seconds
from mockserver.cli.errors import CommandError
from mockserver.proxy.certificate_authority import AuthorityError, CertificateAuthority
from mockserver.proxy.trust_files import TrustFiles, write_trust


def trust_files(authority: CertificateAuthority, environment: Mapping[str, str]) -> TrustFiles:
    """Return the files that programs must trust. Missing files are created.

    Raises:
        CommandError: if a file cannot be written.
    """
    try:
        return write_trust(authority, environment, wall_seconds())
    except AuthorityError as wrong:
        raise CommandError(str(wrong)) from None
