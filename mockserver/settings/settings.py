"""The settings of a mock.

Each is a field of `Settings`, which gives its name, type and default; its `Option` gives parser and help text.
"""

from pathlib import Path
from typing import Annotated

import msgspec

from generators.corpus.mix import Mix
from mockserver.callbacks.delivery_settings import DEFAULT_POLICY, DEFAULT_RETRIES
from mockserver.callbacks.routes import Route, build_routes
from mockserver.journal.budget import DEFAULT_BYTES
from mockserver.rest.auth import AuthSetting, DeclaredAccount, DeclaredApiKey
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.choices import (
    CallbackOrder,
    ChannelOrder,
    LogFormat,
    MediaAuth,
    MediaRedirect,
    Profile,
    TranscribeCallback,
    UnknownHosts,
    check_mix,
    make_choice_option,
)
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.declared_accounts import parse_account, parse_api_key
from mockserver.settings.memory_size import MemorySize
from mockserver.settings.parsing import (
    Address,
    Option,
    parse_base_url,
    parse_count,
    parse_hosts,
    parse_path,
    parse_retries,
    parse_retry_policy,
    parse_route,
    parse_span,
    parse_start,
    parse_text,
    parse_url,
)
from mockserver.settings.store_url import STORE_OPTION, WORKERS_OPTION, StoreUrl


class SettingsError(Exception):
    """A setting has an invalid value. The message names the setting, what was expected and what was found."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a mock."""

    listen: Annotated[
        Address,
        Option(
            "Address to listen on. localhost is both 127.0.0.1 and ::1. Port 0 takes a free port.",
            Address.parse,
            "HOST:PORT",
        ),
    ] = Address("localhost", 4010)
    port_file: Annotated[
        Path | None, Option("Write the port to this file when the server accepts connections.", parse_path, "FILE")
    ] = None
    public_url: Annotated[
        str | None, Option("Scheme and host of absolute URLs, instead of those in requests.", parse_base_url, "URL")
    ] = None
    seed: Annotated[
        str, Option("Any text. The same seed gives the same accounts and recordings.", parse_text, "TEXT")
    ] = "0"
    count: Annotated[
        int,
        Option(
            "Number of recordings that a list shows; deleted ones come on top. A large number costs nothing.",
            parse_count,
            "N",
        ),
    ] = 1000
    span: Annotated[
        int, Option("Recordings are spread over this time before T0: 90d, 12h, 30m, 45s.", parse_span, "DURATION")
    ] = 90 * 24 * 3600
    now: Annotated[
        int | None,
        Option(
            "T0: the recordings end and the clock starts here: a date, an instant, today. Default: now.",
            parse_start,
            "DATE",
        ),
    ] = None
    profile: Annotated[Profile, make_choice_option(Profile, "Kind of recordings: realistic, adversarial, empty.")] = (
        Profile.REALISTIC
    )
    mix: Annotated[
        str,
        Option("Shares of statuses, sources and traits, such as deleted=0.2,dual=1.", check_mix, "NAME=SHARE,..."),
    ] = ""
    wire: Annotated[
        WireSetting,
        make_choice_option(WireSetting, "Rendering: twilio, schema, or auto, which decides by the client."),
    ] = WireSetting.AUTO
    auth: Annotated[
        AuthSetting,
        make_choice_option(
            AuthSetting, "Accepted credentials: any (well-formed), strict (the account's), off (no check)."
        ),
    ] = AuthSetting.ANY
    account: Annotated[
        tuple[DeclaredAccount, ...],
        Option("Account with its token; repeatable.", parse_account, "[NAME=]AC...:TOKEN[@PARENT]", repeatable=True),
    ] = ()
    api_key: Annotated[
        tuple[DeclaredApiKey, ...],
        Option(
            "API key of an account, for --auth strict; repeatable.",
            parse_api_key,
            "SK...:SECRET@AC...",
            repeatable=True,
        ),
    ] = ()
    media_auth: Annotated[
        MediaAuth,
        make_choice_option(
            MediaAuth, "Access to media: basic (credentials) as on new Twilio accounts, public as on old ones."
        ),
    ] = MediaAuth.BASIC
    media_redirect: Annotated[
        MediaRedirect,
        make_choice_option(
            MediaRedirect,
            "Redirect media requests: off, on (to another path), cdn (to a signed link of another host).",
            "off|on|cdn",
        ),
    ] = MediaRedirect.OFF
    clock: Annotated[
        ClockRate,
        Option("How the time of accounts passes: real, frozen, or a rate such as 60x.", ClockRate.parse, "RATE"),
    ] = ClockRate(1.0)
    scenario: Annotated[
        tuple[str, ...],
        Option(
            "Scenario of every account: a bundled name or a file; repeatable.",
            parse_text,
            "NAME|FILE",
            repeatable=True,
        ),
    ] = ()
    status_callback: Annotated[
        str | None, Option("Callback URL of scripted recordings that have none.", parse_url, "URL")
    ] = None
    callback_hosts: Annotated[
        str,
        Option(
            "Allowed callback hosts besides loopback and private addresses: hosts, networks, or *.",
            parse_hosts,
            "HOST,...",
        ),
    ] = ""
    callback_timeout: Annotated[
        int, Option("Real time for all attempts of a callback together.", parse_span, "DURATION")
    ] = 15
    callback_retries: Annotated[int, Option("Retries of a callback, from 0 to 5.", parse_retries, "N")] = (
        DEFAULT_RETRIES
    )
    callback_retry_policy: Annotated[
        str,
        Option(
            "Failures that are retried: ct (no connection), rt (no response in time), 4xx, 5xx, all.",
            parse_retry_policy,
            "NAME,...",
        ),
    ] = DEFAULT_POLICY
    callback_order: Annotated[
        CallbackOrder,
        make_choice_option(
            CallbackOrder,
            "Order of callbacks about different recordings and calls: queued, or shuffled within seconds.",
        ),
    ] = CallbackOrder.QUEUED
    transcribe_callback: Annotated[
        TranscribeCallback,
        make_choice_option(
            TranscribeCallback,
            "Call a transcribeCallback: with-transcribe (=true) only, or alone, as Twilio did until 2024-08.",
        ),
    ] = TranscribeCallback.WITH_TRANSCRIBE
    channel_order: Annotated[
        ChannelOrder,
        make_choice_option(
            ChannelOrder, "Channel of the person on the line in dual recordings of calls: party-first, or party-second."
        ),
    ] = ChannelOrder.PARTY_FIRST
    route: Annotated[
        tuple[Route, ...],
        Option(
            "Callbacks to the first origin go to the second, as behind a reverse proxy; repeatable.",
            parse_route,
            "ORIGIN=ORIGIN",
            repeatable=True,
        ),
    ] = ()
    proxy_unknown: Annotated[
        UnknownHosts,
        make_choice_option(
            UnknownHosts, "Proxied requests to hosts that are not Twilio's: refuse, or tunnel (on loopback only)."
        ),
    ] = UnknownHosts.REFUSE
    data_dir: Annotated[
        Path | None,
        Option("Folder of the proxy's local CA. Default: in the data directory of the user.", parse_path, "FOLDER"),
    ] = None
    log: Annotated[
        LogFormat,
        make_choice_option(LogFormat, "A line for each request to an account: text, json, or off.", "text|json|off"),
    ] = LogFormat.TEXT
    journal_memory: Annotated[
        int,
        Option(
            "Memory for the requests, events and callbacks of all accounts. The oldest are dropped first.",
            MemorySize.parse,
            "SIZE",
        ),
    ] = MemorySize(DEFAULT_BYTES)
    store: Annotated[StoreUrl, STORE_OPTION] = StoreUrl()
    workers: Annotated[int, WORKERS_OPTION] = 1
    control_token: Annotated[
        str | None,
        Option("Token for /_mock beyond loopback. Without it, the server makes one and prints it.", parse_text, "TEXT"),
    ] = None

    def __post_init__(self) -> None:
        if not isinstance(self.media_redirect, MediaRedirect):  # such as True, which it was once
            expected = ", ".join(MediaRedirect)
            raise SettingsError(f"media_redirect: expected one of {expected}, found {self.media_redirect!r}.")
        if self.proxy_unknown is UnknownHosts.TUNNEL and not self.listen.is_loopback:
            raise SettingsError(
                f"--proxy-unknown: expected refuse because other machines can connect to {self.listen}, "
                "found 'tunnel'. Use tunnel with --listen 127.0.0.1:PORT only."
            )
        if self.route:
            try:
                build_routes(self.callback_hosts, self.route)
            except ValueError as error:
                raise SettingsError(f"--route: {error}.") from None

    def build_corpus_mix(self, profile: Profile) -> Mix:
        """Return the mix of a profile, changed by the shares that the user set."""
        return Mix.parse(self.mix, traits=profile.trait_shares)
