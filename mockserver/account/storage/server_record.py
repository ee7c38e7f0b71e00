"""What a server chose when it first opened a store: the settings that make its corpora, and its scenario."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from mockserver.account.storage.encoding import Groups, decode_groups, decode_scenario, encode_groups, encode_scenario
from mockserver.account.storage.store_error import StoreError
from mockserver.settings.choices import Profile
from mockserver.settings.settings import Settings
from scenarios.model import Scenario


class CorpusSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings that make the corpora of a server. The names are those of the flags."""

    seed: str
    count: int
    span: int
    profile: str
    mix: str
    now: int
    """T0, in seconds since the epoch."""

    @classmethod
    def from_settings(cls, settings: Settings, t0: int) -> "CorpusSettings":
        """Return those of a server."""
        return cls(settings.seed, settings.count, settings.span, settings.profile.value, settings.mix, t0)

    def apply_to(self, settings: Settings) -> Settings:
        """Return settings with these."""
        values = msgspec.to_builtins(self)
        return msgspec.structs.replace(settings, **{**values, "profile": Profile(self.profile)})

    def refuse_others(self, settings: Settings, store_name: str) -> None:
        """Refuse a server that would make other corpora.

        Raises:
            StoreError: if a setting differs.
        """
        given = CorpusSettings.from_settings(settings, self.now if settings.now is None else settings.now)
        self.refuse_corpus(given, store_name)

    def refuse_corpus(self, given: "CorpusSettings", store_name: str) -> None:
        """Refuse other settings.

        Raises:
            StoreError: if a setting differs.
        """
        for name in self.__struct_fields__:
            kept, found = getattr(self, name), getattr(given, name)
            if kept != found:
                raise StoreError(
                    f"--{name}: expected {_show(name, kept)}, with which {store_name} was begun, found "
                    f"{_show(name, found)}. Use the same value, another store, or `recmock store reset {store_name}`."
                )


def _show(name: str, value: object) -> str:
    if name == "now" and isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z")
    return f"{value}s" if name == "span" else repr(value) if name in ("seed", "mix") else str(value)


class ServerRecord(msgspec.Struct):
    """What a store knows of its server."""

    corpus: CorpusSettings
    start_scenario: bytes
    """The scenario of the settings, encoded: another one starts all accounts again, the same one does not."""
    scenario: Scenario | None
    """The scenario of every account that has no other, which a test may have replaced since the start."""
    groups: Groups
    served_since: int = 0
    """The machine's time since which processes serve it, in microseconds since the epoch."""

    def encode(self) -> dict[str, bytes]:
        """Return the record as a store keeps it."""
        return {
            "corpus": msgspec.json.encode(self.corpus),
            "start_scenario": self.start_scenario,
            "scenario": encode_scenario(self.scenario),
            "groups": encode_groups(self.groups),
            "served_since": b"%d" % self.served_since,
        }


def read_record(values: Mapping[str, bytes]) -> ServerRecord | None:
    """Return the record in a store, or None if the store is new."""
    if "corpus" not in values:
        return None
    return ServerRecord(
        msgspec.json.decode(values["corpus"], type=CorpusSettings),
        values["start_scenario"],
        decode_scenario(values["scenario"]),
        decode_groups(values["groups"]),
        int(values.get("served_since", b"0")),
    )
