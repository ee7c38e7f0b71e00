"""The settings that all workers of one store share."""

from pathlib import Path
from typing import Any, Self

import msgspec

from mockserver.account.storage.encoding import decode_scenario, encode_scenario
from mockserver.account.storage.server_record import CorpusSettings
from mockserver.account.storage.store_error import StoreError
from mockserver.mock import Mock
from mockserver.settings.settings import Settings
from scenarios.model import Scenario

_OWN_SETTINGS = ("listen", "port_file", "data_dir", "log", "store", "workers", "control_token", "proxy_unknown")
"""The settings of each process for itself."""
_DEFAULTS = Settings()


class SharedSettings(msgspec.Struct, frozen=True, array_like=True):
    """The settings that all workers of one store share, as they are sent to other processes."""

    corpus: CorpusSettings
    chooses_now: bool
    """False if T0 is that of the store, whatever it is."""
    chosen: bytes
    """The other settings, encoded."""
    scenario: bytes
    """The scenario of every account, encoded: others may not have its file."""

    @classmethod
    def from_mock(cls, mock: Mock) -> Self:
        """Return those of a mock whose store is not open yet."""
        own = {name: getattr(_DEFAULTS, name) for name in _OWN_SETTINGS}
        chosen = msgspec.structs.replace(mock.settings, **own, scenario=(), now=None)
        return cls(
            CorpusSettings.from_settings(mock.settings, mock.account_factory.t0),
            mock.settings.now is not None,
            msgspec.msgpack.encode(chosen, enc_hook=_encode_value),
            encode_scenario(mock.scenario),
        )

    def explain_refusal(self, newer: "SharedSettings", store_name: str) -> str | None:
        """Return why a store with these settings cannot be used with others, or None if it can."""
        given = newer.corpus
        if not newer.chooses_now:
            given = msgspec.structs.replace(given, now=self.corpus.now)
        try:
            self.corpus.refuse_corpus(given, store_name)
        except StoreError as error:
            return str(error)
        return None

    def is_replaced_by(self, newer: "SharedSettings") -> bool:
        """Return True if a start with other settings changes something."""
        return (self.chosen, self.scenario) != (newer.chosen, newer.scenario)

    def apply_to(self, own: Settings) -> tuple[Settings, Scenario | None]:
        """Return the settings of a process that takes the lead, and the scenario of every account."""
        kept = {name: getattr(own, name) for name in (*_OWN_SETTINGS, "scenario", "now")}
        chosen = msgspec.msgpack.decode(self.chosen, type=Settings)
        return msgspec.structs.replace(chosen, **kept), decode_scenario(self.scenario)


def _encode_value(value: Any) -> Any:
    if isinstance(value, int):  # a number of bytes
        return int(value)
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"expected a setting that can be encoded, found {value!r}")
