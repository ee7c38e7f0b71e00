"""Types of the settings of a server in tests, for type checkers."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from mockserver.callbacks.routes import Route
    from mockserver.control.client.argument_types import AuthName, WireName
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
    )
    from mockserver.settings.clock_rate import ClockRate
    from mockserver.settings.parsing import Address
    from mockserver.settings.store_url import StoreUrl


class ServerSettings(TypedDict, total=False):
    """The settings of `recmock serve`, as values or as the text of a flag."""

    listen: "Address | str"
    port_file: Path | str | None
    public_url: str | None
    seed: str
    count: int | str
    span: int | str
    now: date | int | str | None
    profile: 'Profile | Literal["realistic", "adversarial", "empty"]'
    mix: str
    wire: "WireSetting | WireName"
    auth: "AuthSetting | AuthName"
    account: "Sequence[DeclaredAccount | str] | str"
    api_key: "Sequence[DeclaredApiKey | str] | str"
    media_auth: 'MediaAuth | Literal["basic", "public"]'
    media_redirect: 'MediaRedirect | Literal["off", "on", "cdn"]'
    clock: "ClockRate | str"
    status_callback: str | None
    callback_hosts: str
    callback_timeout: int | str
    callback_retries: int | str
    callback_retry_policy: str
    callback_order: 'CallbackOrder | Literal["queued", "shuffled"]'
    transcribe_callback: 'TranscribeCallback | Literal["with-transcribe", "alone"]'
    channel_order: 'ChannelOrder | Literal["party-first", "party-second"]'
    route: "Sequence[Route | str] | str"
    proxy_unknown: 'UnknownHosts | Literal["refuse", "tunnel"]'
    data_dir: Path | str | None
    log: 'LogFormat | Literal["text", "json", "off"]'
    journal_memory: int | str
    store: "StoreUrl | str"
    workers: int | str
    control_token: str | None
