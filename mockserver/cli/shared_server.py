"""A server that shares its store with others."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from starlette.types import ASGIApp

from mockserver.account.storage.store_error import StoreError
from mockserver.app import create_app
from mockserver.cli.errors import CommandError
from mockserver.mock import Mock
from mockserver.server.workers.membership import Membership
from mockserver.server.workers.shared_application import SharedApplication
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings
from scenarios.model import Scenario


@contextmanager
def share_store(
    mock: Mock,
    address: Address,
    use_mock: Callable[[Mock], AbstractContextManager[object]],
    discard: Callable[[], object],
    secret: str,
) -> Iterator[ASGIApp]:
    """Open the store of a mock, or find the process that has it, and yield the application to serve.

    Args:
        mock: the mock of the settings of this server.
        address: the address of this server.
        use_mock: returns what is active while a mock has the store.
        discard: called if the server cannot start.
        secret: what the processes of other servers must know to pass their requests to this one.

    Raises:
        CommandError: if the store cannot be used, or was begun with other settings.
    """

    def make_mock(settings: Settings, scenario: Scenario | None) -> Mock:
        return Mock(settings, scenario=scenario, instance_id=mock.instance_id, control_token=mock.control_token)

    membership = Membership(mock, make_mock, address, secret)
    try:
        membership.start()
    except StoreError as error:
        discard()
        raise CommandError(f"--store: {error}") from None
    application = SharedApplication(membership, create_app, use_mock)
    yield application
    try:
        application.close()
    except StoreError as error:
        raise CommandError(f"--store: the last changes are lost: {error}") from None
