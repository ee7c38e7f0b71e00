"""The errors of the client of the control API."""


class ControlError(Exception):
    """The server rejected a request, or cannot be reached. The message says why.

    Args:
        status: the HTTP status; None if there was no response.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NoServerError(ControlError):
    """Nothing answers at the URL, or the server is not a recmock."""


class TokenError(ControlError):
    """The server requires a control token, and the request had none or a wrong one."""
