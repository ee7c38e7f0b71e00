"""The ASGI scope of a request on its way to the leader."""

from collections.abc import Sequence
from typing import Any

from starlette.types import Scope

from mockserver.server.exchange import PROXIED_KEY, WORKER_KEY, AnsweringWorker
from mockserver.server.saving import REPEATABLE_KEY

PackedScope = tuple[Any, ...]


def pack_scope(scope: Scope) -> PackedScope:
    """Return what the leader needs of the scope of an HTTP request."""
    return (
        scope["http_version"],
        scope["method"],
        scope["scheme"],
        scope["path"],
        scope["raw_path"],
        scope["query_string"],
        scope["headers"],
        scope.get("client"),
        scope.get("server"),
        bool(scope.get("state", {}).get(PROXIED_KEY)),
    )


def unpack_scope(packed: Sequence[Any], worker: AnsweringWorker) -> Scope:
    """Return the scope of a request that a worker has received."""
    version, method, scheme, path, raw_path, query, headers, client, server, is_proxied = packed
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": version,
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": raw_path,
        "root_path": "",
        "query_string": query,
        "headers": [(name, value) for name, value in headers],
        "client": None if client is None else tuple(client),
        "server": None if server is None else tuple(server),
        "state": {PROXIED_KEY: is_proxied, WORKER_KEY: worker, REPEATABLE_KEY: True},
    }
