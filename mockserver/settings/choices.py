"""The settings that are a choice of words, or shares of words."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from generators.corpus.mix import Mix, MixError
from generators.distributions import ADVERSARIAL_TRAIT_SHARES, TRAIT_SHARES
from mockserver.settings.parsing import BadValueError, Option

Choice = TypeVar("Choice", bound=StrEnum)


class Profile(StrEnum):
    """The kind of generated recordings in an account."""

    REALISTIC = "realistic"
    ADVERSARIAL = "adversarial"
    EMPTY = "empty"

    @property
    def trait_shares(self) -> Mapping[str, float]:
        """The shares of the traits that the user leaves out."""
        return ADVERSARIAL_TRAIT_SHARES if self is Profile.ADVERSARIAL else TRAIT_SHARES


class MediaAuth(StrEnum):
    """The credentials that a client needs to fetch media."""

    BASIC = "basic"
    """Clients need credentials, as on Twilio accounts since 2023."""
    PUBLIC = "public"
    """The URL is enough, as on older Twilio accounts."""


class MediaRedirect(StrEnum):
    """The response to a media request."""

    OFF = "off"
    """The media."""
    ON = "on"
    """A redirect to another path of this server, which needs no credentials."""
    CDN = "cdn"
    """A redirect to a signed link of another host, which refuses credentials and ends."""


class UnknownHosts(StrEnum):
    """What the proxy does with requests to hosts that are not Twilio's."""

    REFUSE = "refuse"
    TUNNEL = "tunnel"
    """Connect to the host. Allowed only if the server listens on loopback."""


class TranscribeCallback(StrEnum):
    """When the `transcribeCallback` of a `<Record>` is called."""

    WITH_TRANSCRIBE = "with-transcribe"
    """Beside `transcribe="true"` only, as Twilio documents."""
    ALONE = "alone"
    """Also without it, as on Twilio until 2024-08."""


class ChannelOrder(StrEnum):
    """The channel of the person on the line, in recordings with two channels."""

    PARTY_FIRST = "party-first"
    """The first, as Twilio documents."""
    PARTY_SECOND = "party-second"


class LogFormat(StrEnum):
    """The form of the request log."""

    TEXT = "text"
    JSON = "json"
    OFF = "off"


class CallbackOrder(StrEnum):
    """The order of callbacks about different recordings and calls. Those of one are always in order."""

    QUEUED = "queued"
    SHUFFLED = "shuffled"
    """Each callback waits for up to four seconds of the account's clock."""


def make_choice_option(kind: type[StrEnum], description: str, metavar: str = "NAME") -> Option:
    """Return the option of a setting that is one of these words."""
    return Option(description, make_choice_parser(kind), metavar)


def make_choice_parser(kind: type[Choice]) -> Callable[[str], Choice]:
    """Return a function that parses one of the words, and raises BadValueError for any other text."""

    def parse(text: str) -> Choice:
        if text not in list(kind):
            raise BadValueError(f"one of {', '.join(kind)}", text)
        return kind(text)

    return parse


def check_mix(text: str) -> str:
    """Return the text of a mix, or raise BadValueError if no mix can be read from it."""
    try:
        Mix.parse(text)
    except MixError as error:
        raise BadValueError.from_message(str(error)) from None
    return text
