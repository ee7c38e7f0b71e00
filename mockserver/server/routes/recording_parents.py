"""The call or conference that the path of a recording names."""

from generators.sids import Kind
from mockserver.account.resources.parent import Parent
from mockserver.rest.representations.recording_types import CALL_RECORDING, CONFERENCE_RECORDING
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.server.routes.resource_route import PathParams


def parse_parent(path: PathParams) -> Parent:
    """Return the parent."""
    parent = Parent.from_path(path)
    assert parent is not None, "these paths name one"
    return parent


def get_resource_type(parent: Parent) -> ResourceType:
    """Return the type of the recordings of a parent."""
    return CALL_RECORDING if parent.kind is Kind.CALL else CONFERENCE_RECORDING
