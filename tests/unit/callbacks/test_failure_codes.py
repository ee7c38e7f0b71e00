import socket
import ssl

import pytest

from mockserver.callbacks.failure_codes import find_failure_code
from mockserver.callbacks.outcome import Failure
from mockserver.callbacks.own_addresses import OwnPortError


def make_verification_error(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("failure", "error", "code"),
    [
        (Failure.CONNECTION, make_verification_error(62), 11235),
        (Failure.CONNECTION, make_verification_error(64), 11235),
        (Failure.CONNECTION, make_verification_error(10), 11236),
        (Failure.CONNECTION, make_verification_error(18), 11237),
        (Failure.CONNECTION, make_verification_error(99), 11220),
        (Failure.CONNECTION, ssl.SSLError(), 11220),
        (Failure.CONNECTION, socket.gaierror(), 11210),
        (Failure.CONNECTION, ConnectionRefusedError(), 11205),
        (Failure.CONNECT_TIMEOUT, TimeoutError(), 11205),
        (Failure.READ_TIMEOUT, None, 11200),
        (Failure.DISCONNECTED, None, 11200),
        (Failure.REFUSED_HOST, None, 11200),
        (Failure.PROTOCOL, None, 11206),
        (Failure.BAD_URL, ValueError(), 11100),
        (Failure.BAD_URL, OwnPortError(), 11200),
    ],
)
def test_failure_has_the_code_of_twilios_dictionary(failure: Failure, error: BaseException | None, code: int) -> None:
    assert code == find_failure_code(failure, error)
