"""Environment variables that look like settings of this product and are none."""

import re
from collections.abc import Iterable, Mapping

from generators.suggestion import suggest
from mockserver.settings.loading import get_all_settings

_PREFIX = "RECMOCK_"
_OTHER_VARIABLES = frozenset({"RECMOCK_URL", "RECMOCK_NODE_MODULES", "RECMOCK_TEST_STORES"})
"""RECMOCK_URL names a running server; the tests of this project read the others."""
_LISTEN = "RECMOCK_LISTEN"
_PARTS_OF_LISTEN = frozenset({"RECMOCK_HOST", "RECMOCK_PORT"})
_KUBERNETES_NAME = r"RECMOCK_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
"""What Kubernetes sets in every container beside a Service whose name begins with `recmock`."""
_KUBERNETES_PORT_NAME = r"RECMOCK_(\w+_)?PORT"
_KUBERNETES_PORT_VALUE = r"(tcp|udp|sctp)://.*"


def describe_unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Return a sentence about each variable that no setting has. An empty variable counts as not set."""
    known = [setting.variable for setting in get_all_settings().values()] + ["RECMOCK_URL"]
    unknown = [
        name
        for name, value in environment.items()
        if name.startswith(_PREFIX)
        and value
        and name not in known
        and name not in _OTHER_VARIABLES
        and not _is_from_kubernetes(name, value)
    ]
    return [f"{name} is not a setting, and was ignored.{_suggest(name, known)}" for name in sorted(unknown)]


def _is_from_kubernetes(name: str, value: str) -> bool:
    if re.fullmatch(_KUBERNETES_NAME, name):
        return True
    return all(map(re.fullmatch, (_KUBERNETES_PORT_NAME, _KUBERNETES_PORT_VALUE), (name, value)))


def _suggest(name: str, known: Iterable[str]) -> str:
    return f" Did you mean {_LISTEN}?" if name in _PARTS_OF_LISTEN else suggest(name, known)
