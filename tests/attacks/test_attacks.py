"""After every attack, the server answers others, has printed nothing, and holds no more than before."""

from collections.abc import Callable, Iterator

import pytest

from tests.attacks.attacked_server import AttackedServer
from tests.attacks.commands import COMMAND_ATTACKS
from tests.attacks.wire import WIRE_ATTACKS

Attack = Callable[[AttackedServer], None]


@pytest.fixture(scope="module")
def attacked_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedServer]:
    """Yield a server that must end in an orderly way after all attacks."""
    path = tmp_path_factory.mktemp("attacked") / "log"
    with AttackedServer(path, "--journal-memory", "8MB") as server:
        yield server


@pytest.mark.parametrize("attack", [*WIRE_ATTACKS, *COMMAND_ATTACKS], ids=lambda attack: attack.__name__)
def test_attack_leaves_the_server_unharmed(attacked_server: AttackedServer, attack: Attack) -> None:
    attacked_server.assert_unharmed(attacked_server.measure())  # the first of them warms up
    before = attacked_server.measure()
    attack(attacked_server)
    attacked_server.assert_unharmed(before)
