"""The CA files that a command makes programs trust."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.cli.errors import CommandError
from mockserver.settings.machine_clock import wall_seconds

if TYPE_CHECKING:
    from mockserver.proxy.trust_files import TrustFiles


def prepare_trust_files(data_dir: Path | None, environment: Mapping[str, str]) -> "TrustFiles":
    """Return the CA files for programs. Missing files are created.

    Args:
        data_dir: the folder of the CA, or None for the default folder.
        environment: variables that may name other CAs, which the bundle includes.

    Raises:
        CommandError: if a file cannot be read or written.
    """
    from mockserver.proxy.certificate_authority import (  # slow to import, and --help does not need it
        AuthorityError,
        CertificateAuthority,
    )
    from mockserver.proxy.trust_files import write_trust

    try:
        return write_trust(CertificateAuthority(data_dir), environment, wall_seconds())
    except AuthorityError as error:
        raise CommandError(str(error)) from None
