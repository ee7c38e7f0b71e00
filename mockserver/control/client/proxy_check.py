"""A check that the proxy of a server uses the local CA that its clients trust."""

from pathlib import Path

from mockserver.control.client.errors import ControlError
from mockserver.control.client.health import HEALTH_TIMEOUT
from mockserver.rest.hosts import API_HOST

__tracebackhide__ = True


def check_proxy_certificate(url: str, certificate: Path) -> None:
    """Request the health of the server through its own proxy, as programs reach it.

    Args:
        url: the server, which is also the proxy.
        certificate: the CA certificate that programs trust.

    Raises:
        ControlError: if there is no proxy, or if its certificate is from another CA.
    """
    import requests

    try:
        with requests.Session() as session:
            session.trust_env = False
            session.get(
                f"https://{API_HOST}/_mock/health",
                proxies={"https": url},
                verify=str(certificate),
                timeout=HEALTH_TIMEOUT,
            )
    except requests.exceptions.SSLError:
        raise ControlError(
            f"expected the server at {url} to have the CA of {certificate}, found another: "
            "use the --data-dir of the server here too."
        ) from None
    except requests.RequestException as error:
        raise ControlError(f"expected a proxy at {url}, found none: {type(error).__name__}.") from None
