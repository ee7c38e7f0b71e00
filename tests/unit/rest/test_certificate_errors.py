import ssl

import pytest

from mockserver.rest.certificate_errors import explain_tls_error


def make_verification_error(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


def make_ssl_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, "failed")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        *((make_verification_error(code), "SSL_CERT_FILE") for code in (18, 19, 20, 21)),
        *((make_verification_error(code), "subject alternative name") for code in (62, 64)),
        *((make_verification_error(code), "the time of this machine") for code in (9, 10)),
        (make_ssl_error("WRONG_VERSION_NUMBER"), "try http instead of https"),
    ],
)
def test_advice_fits_the_fault_of_the_certificate(error: ssl.SSLError, advice: str) -> None:
    assert advice in (explain_tls_error(error) or "")


@pytest.mark.parametrize(
    "error", [make_verification_error(1), make_ssl_error("NO_SHARED_CIPHER"), OSError("no route"), ValueError("x")]
)
def test_other_errors_get_no_advice(error: Exception) -> None:
    assert explain_tls_error(error) is None
