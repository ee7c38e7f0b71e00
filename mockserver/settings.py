"""Settings: one table that gives the flags, the environment variables and the README's table.

A setting is a field of `Settings`: its name and type are the field's, its default the field's,
and its `Option` says how it is read from text and what it is for.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar, get_type_hints

import msgspec

from generators.mix import Mix, MixError
from mockserver.rest.auth import AuthSetting, DeclaredAccount
from mockserver.values import (
    Address,
    BadValueError,
    Pace,
    parse_account,
    parse_base_url,
    parse_count,
    parse_hosts,
    parse_instant,
    parse_path,
    parse_span,
    parse_switch,
    parse_text,
    parse_url,
)
from mockserver.wire.dialect import WireSetting

Choice = TypeVar("Choice", bound=StrEnum)


class SettingsError(Exception):
    """A setting that cannot be: the message names it, what was expected and what was found."""


class Profile(StrEnum):
    """What the recordings of a corpus are like."""

    REALISTIC = "realistic"
    ADVERSARIAL = "adversarial"
    EMPTY = "empty"

    @property
    def adversarial_share(self) -> float:
        """How many adversarial recordings there are where nothing else is said."""
        return 1.0 if self is Profile.ADVERSARIAL else 0.0


class MediaAuth(StrEnum):
    """Who may fetch media."""

    BASIC = "basic"
    """Who has credentials, as on accounts since 2023."""
    PUBLIC = "public"
    """Anyone who knows the URL, as on older ones."""


class Option(NamedTuple):
    """How a setting is read from text, and what it is for."""

    help: str
    parse: Callable[[str], Any]
    metavar: str
    repeatable: bool = False


def _one_of(kind: type[Choice]) -> Callable[[str], Choice]:
    def parse(text: str) -> Choice:
        if text not in list(kind):
            raise BadValueError(f"one of {', '.join(kind)}", text)
        return kind(text)

    return parse


def _mix(text: str) -> str:
    try:
        Mix.parse(text)
    except MixError as wrong:
        raise BadValueError.saying(str(wrong)) from None
    return text


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a mock behaves."""

    listen: Annotated[Address, Option("Where to listen. Port 0 takes a free one.", Address.parse, "HOST:PORT")] = (
        Address("127.0.0.1", 4010)
    )
    port_file: Annotated[Path | None, Option("Write the port to this file once it is open.", parse_path, "FILE")] = None
    public_url: Annotated[
        str | None,
        Option("Scheme and host of absolute URLs, instead of those a request came by.", parse_base_url, "URL"),
    ] = None
    seed: Annotated[str, Option("Any text: the same seed gives the same world.", parse_text, "TEXT")] = "0"
    count: Annotated[int, Option("How many recordings an account has. Size costs nothing.", parse_count, "N")] = 1000
    span: Annotated[
        int, Option("Over how long before T0 they are spread: 90d, 12h, 30m, 45s.", parse_span, "DURATION")
    ] = 90 * 24 * 3600
    now: Annotated[
        int | None,
        Option("T0, where the recordings end and the clock starts; else the start's full hour.", parse_instant, "DATE"),
    ] = None
    profile: Annotated[
        Profile, Option("What recordings are like: realistic, adversarial, empty.", _one_of(Profile), "NAME")
    ] = Profile.REALISTIC
    mix: Annotated[
        str,
        Option("Shares of statuses, sources and traits, such as deleted=0.2,dual=1.", _mix, "NAME=SHARE,..."),
    ] = ""
    wire: Annotated[
        WireSetting,
        Option("Rendering: twilio, schema, or auto by who asks.", _one_of(WireSetting), "NAME"),
    ] = WireSetting.AUTO
    auth: Annotated[
        AuthSetting,
        Option("Whose credentials pass: any well-formed, strict, off.", _one_of(AuthSetting), "NAME"),
    ] = AuthSetting.ANY
    account: Annotated[
        tuple[DeclaredAccount, ...],
        Option("An account with a chosen token; repeatable.", parse_account, "AC...:TOKEN[@PARENT]", repeatable=True),
    ] = ()
    media_auth: Annotated[
        MediaAuth,
        Option("Who may fetch media: basic as on new Twilio accounts, public as on old.", _one_of(MediaAuth), "NAME"),
    ] = MediaAuth.BASIC
    media_redirect: Annotated[
        bool, Option("Answer media with a 302 to another URL of ours, as a CDN would.", parse_switch, "on|off")
    ] = False

    clock: Annotated[
        Pace, Option("How an account's time passes: real, frozen, or a pace such as 60x.", Pace.parse, "PACE")
    ] = Pace(1.0)
    scenario: Annotated[
        tuple[str, ...],
        Option(
            "What is played in every account: a bundled scenario or a file; repeatable.",
            parse_text,
            "NAME|FILE",
            repeatable=True,
        ),
    ] = ()
    status_callback: Annotated[
        str | None, Option("Who is told of scripted recordings that name nobody.", parse_url, "URL")
    ] = None
    callback_hosts: Annotated[
        str,
        Option(
            "Where callbacks may go besides loopback and private addresses: hosts, networks, or *.",
            parse_hosts,
            "HOST,...",
        ),
    ] = ""
    callback_timeout: Annotated[int, Option("How long a receiver of callbacks may take.", parse_span, "DURATION")] = 5

    def corpus_mix(self) -> Mix:
        """Return the mix of the profile, with the shares that were named."""
        return Mix.parse(self.mix, adversarial=self.profile.adversarial_share)


class Setting(NamedTuple):
    """A row of the table."""

    name: str
    default: Any
    option: Option

    @property
    def flag(self) -> str:
        """The flag of the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"RECMOCK_{self.name.upper()}"

    def read(self, text: str, source: str) -> Any:
        """Read the setting's value from text.

        Raises:
            SettingsError: where it cannot be one; `source` says where the text came from.
        """
        try:
            return self.option.parse(text)
        except BadValueError as wrong:
            raise SettingsError(f"{source}: {wrong}") from None


def table() -> Iterator[Setting]:
    """Yield every setting, in the order in which they are documented."""
    hints = get_type_hints(Settings, include_extras=True)
    for field in msgspec.structs.fields(Settings):
        yield Setting(field.name, field.default, hints[field.name].__metadata__[0])


def load(flags: Mapping[str, str | list[str] | None], environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that flags and environment give; a flag stands above a variable.

    Args:
        flags: texts by the name of each setting that matters; a list of them for a repeatable one, None
            where not given. What is not named here keeps its default, whatever the environment says.
        environment: variables; a repeatable one holds its values separated by spaces.

    Raises:
        SettingsError: for a value that cannot be.
    """
    values: dict[str, Any] = {}
    for setting in table():
        if setting.name not in flags:
            continue
        given = flags[setting.name]
        source = setting.flag
        if given is None:
            given, source = environment.get(setting.variable), setting.variable
        if given is None:
            continue
        if setting.option.repeatable:
            texts = given if isinstance(given, list) else given.split()
            values[setting.name] = tuple(setting.read(text, source) for text in texts)
        else:
            values[setting.name] = setting.read(str(given), source)
    return Settings(**values)
