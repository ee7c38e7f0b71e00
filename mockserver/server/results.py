"""The results of routes: values, and how to send them. `rendering` turns them into bytes."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from mockserver.account.resources.listing import NEVER, Page
from mockserver.rest.paging import PageRequest
from mockserver.rest.parameters import Parameters
from mockserver.rest.representations.resource_type import ResourceType
from scenarios.operations import RequestKind

if TYPE_CHECKING:
    from generators.audio.wav import Medium


class ResourceSource(Protocol):
    """Returns resources of one kind by index."""

    def get(self, index: int) -> Any:
        """Return the resource as it is now."""

    def get_revision(self, index: int) -> Any:
        """Return a value that differs after every change of the resource."""


class Resource(msgspec.Struct, frozen=True):
    """A resource, by its index."""

    resource_type: ResourceType
    source: ResourceSource
    index: int
    expires_at: int = NEVER
    """When the resource may change by time alone, in microseconds since the epoch."""
    request_kind: RequestKind | None = None
    """What the request does with the recording; None if it shows no recording."""

    def get_resources(self, indices: Sequence[int]) -> Sequence[Any]:
        """Return the resource as it is now; `indices` has its index only."""
        return [*map(self.source.get, indices)]


class ResourcePage(msgspec.Struct, frozen=True):
    """A page of resources, and its request."""

    resource_type: ResourceType
    source: ResourceSource
    page: Page
    request: PageRequest
    parameters: Parameters
    request_kind: RequestKind | None = None
    get_all: Callable[[Sequence[int]], Sequence[Any]] | None = None
    """Returns many resources of the source by index, if this takes less time than one after the other."""

    def get_resources(self, indices: Sequence[int]) -> Sequence[Any]:
        """Return some of the page's resources as they are now."""
        return [*map(self.source.get, indices)] if self.get_all is None else self.get_all(indices)


class ResourceValue(msgspec.Struct, frozen=True, kw_only=True):
    """A resource by value, such as the response to a change."""

    resource_type: ResourceType
    value: Any
    status: int = 200


class RedirectResult(msgspec.Struct, frozen=True):
    """A redirect to another URL of this server.

    Args:
        status: 307 with Twilio's body, or 302 as a CDN sends it.
        path: the path with its query, without scheme and host.
        base_url: the scheme and host; None for those that the client uses.
    """

    status: int
    path: str
    base_url: str | None = None


class RawBody(msgspec.Struct, frozen=True):
    """A body that is not a Twilio resource."""

    body: bytes
    media_type: bytes


class Media(msgspec.Struct, frozen=True):
    """Media, of which the client may request a range."""

    medium: "Medium"
    media_type: bytes
    etag: str
    index: int
    """The index of the recording."""


class NoContent(msgspec.Struct, frozen=True):
    """An empty response, for example after a deletion."""


Result = Resource | ResourcePage | ResourceValue | RedirectResult | RawBody | Media | NoContent
