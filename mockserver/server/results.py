"""What an operation returns: values, and how they are to be sent. Bytes are made of them in `rendering`."""

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from mockserver.account.resources.listing import NEVER, Page
from mockserver.rest.headers import Header
from mockserver.rest.paging import PageRequest
from mockserver.rest.parameters import Parameters
from mockserver.rest.representations.resource_types import ResourceType
from scenarios.timeline import Act

if TYPE_CHECKING:
    from generators.audio.wav import Medium


class ResourceSource(Protocol):
    """Where resources of a kind are found by index."""

    def get(self, index: int) -> Any:
        """Return the resource as it is now."""

    def revision(self, index: int) -> Any:
        """Return what differs after every change of a resource."""


class Resource(msgspec.Struct, frozen=True):
    """A resource, by its index."""

    resource_type: ResourceType
    source: ResourceSource
    index: int
    expires: int = NEVER
    """When time alone may change it, in microseconds since 1970."""
    act: Act | None = None
    """What this does with the recording that it is answered from; None where it is answered from none."""


class ResourcePage(msgspec.Struct, frozen=True):
    """A page of resources, and what it answers."""

    resource_type: ResourceType
    source: ResourceSource
    page: Page
    request: PageRequest
    parameters: Parameters
    act: Act | None = None


class ResourceValue(msgspec.Struct, frozen=True, kw_only=True):
    """A resource by value, such as the answer to a change."""

    resource_type: ResourceType
    value: Any
    status: int = 200
    headers: tuple[Header, ...] = ()


class Redirect(msgspec.Struct, frozen=True):
    """What is asked for is elsewhere on this server.

    Args:
        status: 307 with Twilio's body, or 302 as a CDN's.
        path: where, below scheme and host.
    """

    status: int
    path: str


class RawBody(msgspec.Struct, frozen=True):
    """A body that is none of Twilio's resources."""

    body: bytes
    media_type: bytes


class Media(msgspec.Struct, frozen=True):
    """Media, of which a part may be asked for."""

    medium: "Medium"
    media_type: bytes
    etag: str
    recording: int
    """The index of what is heard."""


class NoContent(msgspec.Struct, frozen=True):
    """Something is gone, and there is nothing to say about it."""


Result = Resource | ResourcePage | ResourceValue | Redirect | RawBody | Media | NoContent
