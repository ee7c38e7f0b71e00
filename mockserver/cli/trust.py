"""The local CA for a command, and what to tell where there is none."""

from collections.abc import Mapping

from mockserver.account.time.clock import wall_seconds
from mockserver.cli.errors import CommandError
from mockserver.proxy.certificate_authority import AuthorityError, CertificateAuthority
from mockserver.proxy.trust_files import TrustFiles, write_trust


def trust_files(authority: CertificateAuthority, environment: Mapping[str, str]) -> TrustFiles:
    """Return the files that programs are to trust; what is not there is made.

    Raises:
        CommandError: where that cannot be.
    """
    try:
        return write_trust(authority, environment, wall_seconds())
    except AuthorityError as wrong:
        raise CommandError(str(wrong)) from None
