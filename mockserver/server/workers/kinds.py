"""The kinds of messages between a worker and the leader."""

from enum import IntEnum

PROTOCOL_VERSION = 2
"""A new number for every change after which older and newer workers do not understand each other."""


BEAT_SECONDS = 0.5
"""Real seconds between two signs of life of a leader."""


class FromWorker(IntEnum):
    """What a worker sends to the leader. What is about a request begins with its number."""

    HELLO = 0
    """Protocol version, secret, name of the worker, its settings that all workers share, and if it starts just now."""
    REQUEST = 1
    """The fields of the ASGI scope (`scopes.pack_scope`), the first part of the body, and if there is more of it."""
    BODY = 2
    """A further part of the body, and if there is more."""
    GONE = 3
    """The client has disconnected."""
    TAKEN = 4
    """The client has taken a part of the response."""
    LEFT = 5
    """The worker sends no more requests to this leader. About no request."""


class FromLeader(IntEnum):
    """What the leader sends to a worker. What is about a request begins with its number."""

    WELCOME = 0
    REFUSED = 1
    """A sentence."""
    WHOLE = 2
    """A response: status, encoded headers, and body."""
    START = 3
    """The beginning of a response: status and headers."""
    PART = 4
    """A part of the body, and if there is more."""
    FAILED = 5
    """The request ended without a whole response."""
    TRANSPORT = 6
    """What a fault does to the connection of the client (`write`, `close`, `abort`, `reset`), and bytes to write."""
    HANDOVER = 7
    """Another process takes the lead."""
    NOT_SAVED = 8
    """The leader has lost the store before it saved what the request changed: it may be sent again."""
    ALIVE = 9
    """Sent now and then, so that a worker notices a leader that does not run any more."""
    LEAVE = 10
    """The leader ends. Requests that come before the worker's `LEFT` are answered."""
