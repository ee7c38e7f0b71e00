"""Twilio's codes of failed requests to an app, from its error dictionary (WIRE-CALLS §3.1)."""

import socket
import ssl

from mockserver.callbacks.outcome import Failure
from mockserver.callbacks.own_addresses import OwnPortError

BAD_URL_CODE = 11100
RETRIEVAL_CODE = 11200
CONNECTION_CODE = 11205
PROTOCOL_CODE = 11206
HOST_NAME_CODE = 11210
REDIRECTS_CODE = 11215
TLS_CODE = 11220
DOMAIN_MISMATCH_CODE = 11235
EXPIRED_CODE = 11236
UNTRUSTED_CODE = 11237
EMPTY_CHUNKED_CODE = 11770

_CODE_OF_FAILURE = {
    Failure.BAD_URL: BAD_URL_CODE,
    Failure.CONNECTION: CONNECTION_CODE,
    Failure.CONNECT_TIMEOUT: CONNECTION_CODE,
    Failure.PROTOCOL: PROTOCOL_CODE,
}
_CODE_OF_VERIFICATION = {
    9: EXPIRED_CODE,  # not yet valid: there is no code of its own
    10: EXPIRED_CODE,
    18: UNTRUSTED_CODE,  # self-signed
    19: UNTRUSTED_CODE,  # self-signed in the chain
    20: UNTRUSTED_CODE,  # no local issuer
    21: UNTRUSTED_CODE,  # the first certificate cannot be verified
    62: DOMAIN_MISMATCH_CODE,
    64: DOMAIN_MISMATCH_CODE,  # an address instead of a name
}
"""By OpenSSL's code of the verification (X509_V_ERR_...)."""


def find_failure_code(failure: Failure, error: BaseException | None = None) -> int:
    """Return Twilio's code of a failure.

    Args:
        error: the innermost cause, if it is known.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CODE_OF_VERIFICATION.get(error.verify_code, TLS_CODE)
    if isinstance(error, ssl.SSLError):
        return TLS_CODE
    if isinstance(error, socket.gaierror):
        return HOST_NAME_CODE
    if isinstance(error, OwnPortError):
        return RETRIEVAL_CODE
    return _CODE_OF_FAILURE.get(failure, RETRIEVAL_CODE)
