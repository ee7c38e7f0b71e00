"""What helps if a certificate, or TLS itself, fails.

OpenSSL's messages name the fault only.
"""

import ssl
from collections.abc import Mapping

_TRUST = (
    "Only the CAs of this machine are trusted. If the certificate is right, set SSL_CERT_FILE to a file with its CA, "
    "or with itself if it is self-signed, and start recmock or the tests again"
)
_NAME = "The certificate must name the host of the URL as a subject alternative name"
_VALIDITY = "Issue a new certificate, or correct the time of this machine"
_ADVICE: Mapping[int, str] = {
    18: _TRUST,  # self-signed
    19: _TRUST,  # self-signed in the chain
    20: _TRUST,  # no local issuer
    21: _TRUST,  # the first certificate cannot be verified
    9: _VALIDITY,  # not yet valid
    10: _VALIDITY,  # expired
    62: _NAME,  # another host name
    64: _NAME,  # another address
}
"""What to try, by OpenSSL's code of the verification (X509_V_ERR_...)."""
_NO_TLS_REASONS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")
_NO_TLS = "The other side may not use TLS: try http instead of https"


def explain_tls_error(error: BaseException) -> str | None:
    """Return what to try, without a full stop, or None if the error is none of TLS or nothing is known."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _ADVICE.get(error.verify_code)
    if isinstance(error, ssl.SSLError) and error.reason in _NO_TLS_REASONS:
        return _NO_TLS
    return None
