"""A running server, asked through its control API."""

from typing import Any

from mockserver.commands.errors import CommandError

PATIENCE = 5.0
"""How long a server may take to answer, in seconds."""


def ask(url: str, path: str, parameters: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON object that a server answers.

    Raises:
        CommandError: where no mock answers there.
    """
    import requests

    try:
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the environment is not for a server on this machine
            answer = session.get(f"{url.rstrip('/')}{path}", params=parameters, timeout=PATIENCE)
        value = answer.json()
    except (requests.RequestException, ValueError) as wrong:
        raise CommandError(f"expected a recmock server at {url}, found none: {type(wrong).__name__}.") from None
    if answer.status_code != 200 or not isinstance(value, dict):
        why = answer.headers.get("X-Mock-Reason", "it is no recmock")
        raise CommandError(f"{url} answered {answer.status_code}: {why}")
    return value
