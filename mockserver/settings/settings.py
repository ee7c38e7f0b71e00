"""Settings: how a mock behaves.

A setting is a field of `Settings`: its name and type are the field's, its default the field's,
and its `Option` says how it is read from text and what it is for.
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


class UnknownHosts(StrEnum):
    """What the proxy does with hosts that are not Twilio's."""

    REFUSE = "refuse"
    TUNNEL = "tunnel"
    """Lets programs of this machine through, where the server listens on loopback only."""


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
        raise BadValueError.from_message(str(wrong)) from None
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
        ClockRate, Option("How an account's time passes: real, frozen, or a pace such as 60x.", ClockRate.parse, "PACE")
    ] = ClockRate(1.0)
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
    proxy_unknown: Annotated[
        UnknownHosts,
        Option(
            "Hosts that are not Twilio's, asked for through the proxy: refuse, or tunnel on loopback.",
            _one_of(UnknownHosts),
            "NAME",
        ),
    ] = UnknownHosts.REFUSE
    data_dir: Annotated[
        Path | None,
        Option("Where the proxy's local CA is kept; else the user's data directory.", parse_path, "FOLDER"),
    ] = None

    control_token: Annotated[
        str | None,
        Option("What /_mock asks for beyond loopback; made and printed where left out.", parse_text, "TEXT"),
    ] = None

    def __post_init__(self) -> None:
        if self.proxy_unknown is UnknownHosts.TUNNEL and not self.listen.is_loopback:
            raise SettingsError(
                f"--proxy-unknown: expected refuse where others can connect, at {self.listen}, found 'tunnel'. "
                "Tunnels are for --listen 127.0.0.1:PORT."
            )

    def corpus_mix(self) -> Mix:
        """Return the mix of the profile, with the shares that were named."""
        return Mix.parse(self.mix, adversarial=self.profile.adversarial_share)
