"""`recmock ca`: the local CA, for clients that must be configured by hand."""

from collections.abc import Mapping

from mockserver.cli.trust import trust_files
from mockserver.proxy.certificate_authority import CertificateAuthority
from mockserver.settings.settings import Settings


def print_ca(settings: Settings, environment: Mapping[str, str], *, pem: bool, bundle: bool) -> int:
    """Print the path of the CA's certificate, the certificate itself, or the path of a bundle with all certificates."""
    files = trust_files(CertificateAuthority(settings.data_dir), environment)
    if pem:
        print(files.certificate.read_text(encoding="ascii"), end="")
    else:
        print(files.bundle if bundle else files.certificate)
    return 0
