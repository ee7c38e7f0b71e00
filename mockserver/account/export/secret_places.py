"""Replaces the secrets in plain values of commands and states, wherever they are."""

from collections.abc import Callable
from typing import Any

import msgspec

from generators.seeds import derive_secondary_token
from mockserver.journal.stand_ins import StandIns

_SECRET_FIELDS = frozenset({"token", "primary", "secondary"})
"""The fields of our structs that hold a secret."""
_HEADER_FIELDS = frozenset({"header", "headers"})
_COOKIE_FIELDS = frozenset({"name", "value", "domain"})
_TOKEN_STEP_FIELDS = frozenset({"tokens", "steps"})


class SecretPlaces:
    """Replaces secrets. Values that are visited twice are complete: the first visit finds secrets, the second has all.

    Args:
        stand_ins: the stand-ins so far.
        seed: the seed of tokens that a scenario does not set.
        account_sid: the account that has them.
        scrub: replaces what else must not be shown in a text, by the name of its field.
    """

    def __init__(self, stand_ins: StandIns, seed: str, account_sid: str, scrub: Callable[[str, str], str]) -> None:
        self._stand_ins = stand_ins
        self._seed = seed
        self._account_sid = account_sid
        self._scrub = scrub

    def replace(self, value: Any, field: str = "") -> Any:
        """Return plain values with stand-ins.

        Args:
            field: the name of the field that has the value.
        """
        if isinstance(value, str):
            return self._replace_text(value, field)
        if isinstance(value, bytes):
            return self._replace_bytes(value, field)
        if isinstance(value, dict):
            return self._replace_fields(value, field)
        if isinstance(value, list | tuple):
            return self._replace_elements(value, field)
        return value

    def _replace_text(self, text: str, field: str) -> str:
        if field in _SECRET_FIELDS:
            return self._stand_ins.get(text) if text else text
        if field == "query":
            return self._stand_ins.replace_urlencoded(text)
        return self._scrub(field, self._stand_ins.replace_text(text))

    def _replace_bytes(self, value: bytes, field: str) -> bytes:
        if field == "state":
            return self.replace_snapshot(value)
        return self._replace_text(value.decode("latin-1"), field).encode("latin-1")

    def replace_snapshot(self, state: bytes) -> bytes:
        """Return the state of a snapshot with stand-ins."""
        return msgspec.msgpack.encode(self.replace(msgspec.msgpack.decode(state)))

    def _replace_fields(self, value: dict[Any, Any], field: str) -> dict[Any, Any]:
        if field in _HEADER_FIELDS:
            return {name: self._stand_ins.replace_header(name, text) for name, text in value.items()}
        if field in ("query", "body", "form", "set") and all(isinstance(text, str) for text in value.values()):
            return {
                name: self._scrub(name, self._stand_ins.replace_parameter(name, text)) for name, text in value.items()
            }
        replaced = {name: self.replace(element, str(name)) for name, element in value.items()}
        if value.keys() >= _COOKIE_FIELDS:
            replaced["value"] = self._stand_ins.get(value["value"])
        return replaced

    def _replace_elements(self, value: Any, field: str) -> list[Any]:
        if field in _TOKEN_STEP_FIELDS:
            return [self._replace_step(step, number) for number, step in enumerate(value, 1)]
        if _is_pair(value):
            name, text = value
            replace = self._stand_ins.replace_header if field in _HEADER_FIELDS else self._stand_ins.replace_parameter
            return [name, self._scrub(name, replace(name, text))]
        return [self.replace(element, field) for element in value]

    def _replace_step(self, step: Any, number: int) -> Any:
        """Return a change of auth tokens. The token that it creates is written out: a derived one is a secret too."""
        replaced = self.replace(step)
        if isinstance(step, dict) and step.get("create") is not None and "set" not in step:
            token = step.get("token") or derive_secondary_token(self._seed, self._account_sid, number)
            replaced["token"] = self._stand_ins.get(token)
        return replaced


def _is_pair(value: Any) -> bool:
    return len(value) == 2 and all(isinstance(element, str) for element in value)
