"""The paths of the API, and the operation of each method.

The module of a handler is imported with the first request that needs it: most servers answer few of the operations.
"""

from importlib import import_module

from generators.model import API_VERSION
from mockserver.rest.representations.representation import Representation
from mockserver.server.exchange import Exchange
from mockserver.server.results import Result
from mockserver.server.routes.resource_route import PathParams, ResourceRoute, RouteHandler


class _HandlerModule:
    """A module beside this one. Its attributes are handlers that import it when they are first called."""

    def __init__(self, name: str) -> None:
        self._name = f"mockserver.server.routes.{name}"

    def __getattr__(self, name: str) -> RouteHandler:
        handler: RouteHandler | None = None

        def handle(exchange: Exchange, path: PathParams) -> Result:
            nonlocal handler
            if handler is None:
                handler = getattr(import_module(self._name), name)
            return handler(exchange, path)

        handle.__name__ = name
        return handle


_recordings, _changes = _HandlerModule("recordings"), _HandlerModule("recording_changes")
_media = _HandlerModule("media")
_subresources, _parents = _HandlerModule("subresources"), _HandlerModule("calls_and_conferences")
_calls, _participants = _HandlerModule("calls"), _HandlerModule("participants")
_accounts, _messages = _HandlerModule("accounts"), _HandlerModule("messages")

_RECORDING_ROUTES = (
    ResourceRoute("Recordings", GET=_recordings.list_recordings),
    ResourceRoute(
        "Recordings/{sid}",
        GET=_recordings.fetch_recording,
        DELETE=_changes.delete_recording,
        media_handler=_media.fetch_recording_media,
    ),
    ResourceRoute(
        "Calls/{call_sid}/Recordings",
        GET=_recordings.list_call_recordings,
        POST=_changes.create_call_recording,
    ),
    ResourceRoute(
        "Calls/{call_sid}/Recordings/{sid}",
        parent_type="call",
        GET=_recordings.fetch_nested_recording,
        POST=_changes.update_nested_recording,
        DELETE=_changes.delete_nested_recording,
        media_handler=_media.fetch_recording_media,
    ),
    ResourceRoute("Conferences/{conference_sid}/Recordings", GET=_recordings.list_conference_recordings),
    ResourceRoute(
        "Conferences/{conference_sid}/Recordings/{sid}",
        parent_type="conference",
        GET=_recordings.fetch_nested_recording,
        POST=_changes.update_nested_recording,
        DELETE=_changes.delete_nested_recording,
        media_handler=_media.fetch_recording_media,
    ),
)

_JSON_AND_XML = (Representation.JSON, Representation.XML)
"""The representations of transcriptions: Twilio removed CSV and HTML on 2025-09-22 (WIRE §17)."""
_ADD_ON_RESULTS_PATH = "Recordings/{recording_sid}/AddOnResults"
_PAYLOADS_PATH = f"{_ADD_ON_RESULTS_PATH}/{{result_sid}}/Payloads"
_SUBRESOURCE_ROUTES = (
    ResourceRoute("Transcriptions", representations=_JSON_AND_XML, GET=_subresources.list_transcriptions),
    ResourceRoute(
        "Transcriptions/{sid}",
        representations=_JSON_AND_XML,
        GET=_subresources.fetch_transcription,
        DELETE=_subresources.delete_transcription,
    ),
    ResourceRoute(
        "Recordings/{recording_sid}/Transcriptions",
        representations=_JSON_AND_XML,
        GET=_subresources.list_recording_transcriptions,
    ),
    ResourceRoute(
        "Recordings/{recording_sid}/Transcriptions/{sid}",
        representations=_JSON_AND_XML,
        GET=_subresources.fetch_recording_transcription,
        DELETE=_subresources.delete_recording_transcription,
    ),
    ResourceRoute(_ADD_ON_RESULTS_PATH, GET=_subresources.list_recording_add_on_results),
    ResourceRoute(
        f"{_ADD_ON_RESULTS_PATH}/{{sid}}",
        GET=_subresources.fetch_recording_add_on_result,
        DELETE=_subresources.delete_recording_add_on_result,
    ),
    ResourceRoute(_PAYLOADS_PATH, GET=_subresources.list_recording_add_on_result_payloads),
    ResourceRoute(
        f"{_PAYLOADS_PATH}/{{sid}}",
        GET=_subresources.fetch_recording_add_on_result_payload,
        DELETE=_subresources.delete_recording_add_on_result_payload,
    ),
    ResourceRoute(f"{_PAYLOADS_PATH}/{{sid}}/Data", GET=_subresources.fetch_recording_add_on_result_payload_data),
)

_CALL_AND_CONFERENCE_ROUTES = (
    ResourceRoute("Calls", GET=_parents.list_calls, POST=_calls.create_call),
    ResourceRoute("Calls/{sid}", GET=_parents.fetch_call, POST=_calls.update_call, DELETE=_calls.delete_call),
    ResourceRoute("Conferences", GET=_parents.list_conferences),
    ResourceRoute("Conferences/{sid}", GET=_parents.fetch_conference, POST=_participants.update_conference),
    ResourceRoute(
        "Conferences/{conference}/Participants",
        GET=_participants.list_participants,
        POST=_participants.create_participant,
    ),
    ResourceRoute(
        "Conferences/{conference}/Participants/{participant}",
        GET=_participants.fetch_participant,
        POST=_participants.update_participant,
        DELETE=_participants.delete_participant,
    ),
)

_MESSAGE_ROUTES = (ResourceRoute("Messages", POST=_messages.create_message, not_emulated=("GET",)),)

_ACCOUNT_ROUTES = (
    ResourceRoute("Accounts", root=f"/{API_VERSION}", GET=_accounts.list_accounts, not_emulated=("POST",)),
    ResourceRoute("", GET=_accounts.fetch_account, not_emulated=("POST",)),
)

RESOURCE_ROUTES = (
    *_RECORDING_ROUTES,
    *_SUBRESOURCE_ROUTES,
    *_CALL_AND_CONFERENCE_ROUTES,
    *_MESSAGE_ROUTES,
    *_ACCOUNT_ROUTES,
)
"""Every path of the API. A list of recordings, which most clients ask for first, is the first of them."""
