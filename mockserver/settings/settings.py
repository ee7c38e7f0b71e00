"""The settings of a mock.

A setting is a field of `Settings`, with its name, type and default. Its `Option` holds its parser and its help.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec

from generators.corpus.mix import Mix, MixError
from mockserver.rest.auth import AuthSetting, DeclaredAccount
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.parsing import (
    Address,
    BadValueError,
    ClockRate,
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

Choice = TypeVar("Choice", bound=StrEnum)


class SettingsError(Exception):
    """A setting is invalid. The message names it, what was expected and what was found."""


class Profile(StrEnum):
    """The kind of recordings in a corpus."""

    REALISTIC = "realistic"
    ADVERSARIAL = "adversarial"
    EMPTY = "empty"

    @property
    def adversarial_share(self) -> float:
        """The default share of adversarial recordings."""
        return 1.0 if self is Profile.ADVERSARIAL else 0.0


class MediaAuth(StrEnum):
    """The credentials that media requests need."""

    BASIC = "basic"
    """Basic authentication, as for accounts since 2023."""
    PUBLIC = "public"
    """None, as for older accounts."""


class UnknownHosts(StrEnum):
    """What the proxy does with hosts that are not Twilio's."""

    REFUSE = "refuse"
    TUNNEL = "tunnel"
    """Connects programs of this machine to the host, if the server listens on loopback only."""


class Option(NamedTuple):
    """The parser and the help of a setting."""

    help: str
    parse: Callable[[str], Any]
    metavar: str
    repeatable: bool = False


def _choice_parser(kind: type[Choice]) -> Callable[[str], Choice]:
    def parse(text: str) -> Choice:
        if text not in list(kind):
            raise BadValueError(f"one of {', '.join(kind)}", text)
        return kind(text)

    return parse


def _parse_mix(text: str) -> str:
    try:
        Mix.parse(text)
    except MixError as wrong:
        raise BadValueError.from_message(str(wrong)) from None
    return text


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a mock."""

    listen: Annotated[
        Address, Option("The address to listen on. Port 0 selects a free port.", Address.parse, "HOST:PORT")
    ] = Address("127.0.0.1", 4010)
    port_file: Annotated[
        Path | None, Option("Write the port to this file once the server listens.", parse_path, "FILE")
    ] = None
    public_url: Annotated[
        str | None,
        Option("Scheme and host of absolute URLs, instead of those of the request.", parse_base_url, "URL"),
    ] = None
    seed: Annotated[str, Option("Any text: the same seed gives the same recordings.", parse_text, "TEXT")] = "0"
    count: Annotated[
        int, Option("The number of recordings per account. Any size is equally fast.", parse_count, "N")
    ] = 1000
    span: Annotated[
        int, Option("The time before T0 over which recordings are spread: 90d, 12h, 30m, 45s.", parse_span, "DURATION")
    ] = 90 * 24 * 3600
    now: Annotated[
        int | None,
        Option("T0: the recordings end and the clock starts here; by default the full hour.", parse_instant, "DATE"),
    ] = None
    profile: Annotated[
        Profile, Option("The kind of recordings: realistic, adversarial, empty.", _choice_parser(Profile), "NAME")
    ] = Profile.REALISTIC
    mix: Annotated[
        str,
        Option("Shares of statuses, sources and traits, such as deleted=0.2,dual=1.", _parse_mix, "NAME=SHARE,..."),
    ] = ""
    wire: Annotated[
        WireSetting,
        Option("The wire: twilio, schema, or auto (by client).", _choice_parser(WireSetting), "NAME"),
    ] = WireSetting.AUTO
    auth: Annotated[
        AuthSetting,
        Option("Accepted credentials: any well-formed, strict, off.", _choice_parser(AuthSetting), "NAME"),
    ] = AuthSetting.ANY
    account: Annotated[
        tuple[DeclaredAccount, ...],
        Option("An account with a chosen token; repeatable.", parse_account, "AC...:TOKEN[@PARENT]", repeatable=True),
    ] = ()
    media_auth: Annotated[
        MediaAuth,
        Option(
            "Credentials for media: basic as on new Twilio accounts, public as on old.",
            _choice_parser(MediaAuth),
            "NAME",
        ),
    ] = MediaAuth.BASIC
    media_redirect: Annotated[
        bool, Option("Redirect media requests (302) to another URL of this server, like a CDN.", parse_switch, "on|off")
    ] = False

    clock: Annotated[
        ClockRate, Option("The clock of accounts: real, frozen, or a rate such as 60x.", ClockRate.parse, "RATE")
    ] = ClockRate(1.0)
    scenario: Annotated[
        tuple[str, ...],
        Option(
            "The scenario of every account: a bundled one or a file; repeatable.",
            parse_text,
            "NAME|FILE",
            repeatable=True,
        ),
    ] = ()
    status_callback: Annotated[
        str | None, Option("The callback URL of scripted recordings that set none.", parse_url, "URL")
    ] = None
    callback_hosts: Annotated[
        str,
        Option(
            "Allowed callback hosts besides loopback and private addresses: hosts, networks, or *.",
            parse_hosts,
            "HOST,...",
        ),
    ] = ""
    callback_timeout: Annotated[int, Option("The time-out of a callback's receiver.", parse_span, "DURATION")] = 5
    proxy_unknown: Annotated[
        UnknownHosts,
        Option(
            "Proxy requests for hosts that are not Twilio's: refuse, or tunnel on loopback.",
            _choice_parser(UnknownHosts),
            "NAME",
        ),
    ] = UnknownHosts.REFUSE
    data_dir: Annotated[
        Path | None,
        Option("The folder of the proxy's local CA; by default in the user's data directory.", parse_path, "FOLDER"),
    ] = None

    control_token: Annotated[
        str | None,
        Option("The token of /_mock beyond loopback; by default a new one, which is printed.", parse_text, "TEXT"),
    ] = None

    def __post_init__(self) -> None:
        if self.proxy_unknown is UnknownHosts.TUNNEL and not self.listen.is_loopback:
            raise SettingsError(
                f"--proxy-unknown: expected refuse because other machines can connect to {self.listen}, "
                "found 'tunnel'. Tunnels need --listen 127.0.0.1:PORT."
            )

    def corpus_mix(self) -> Mix:
        """Return the profile's mix, with the shares that the user named."""
        return Mix.parse(self.mix, adversarial=self.profile.adversarial_share)
