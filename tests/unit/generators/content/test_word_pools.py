import subprocess
import sys

import faker
import msgspec
import pytest

from generators.content.word_pools import WORD_POOLS_FILE, load_word_pools
from tests.word_pools import draw_word_pools


def test_stored_pools_equal_those_of_faker() -> None:
    stored = load_word_pools()
    if stored.faker_version != faker.VERSION:
        pytest.skip(f"the pools are those of Faker {stored.faker_version}, and {faker.VERSION} is installed")
    assert draw_word_pools() == stored


def test_pools_have_64_different_choices_of_text() -> None:
    pools = msgspec.structs.asdict(load_word_pools())
    del pools["faker_version"]
    assert {len(pool) for pool in pools.values()} == {64}
    assert all(word == word.strip() != "" for pool in pools.values() for word in pool)
    assert WORD_POOLS_FILE.read_text(encoding="utf-8").isascii()


PROGRAM = """
import sys
from mockserver.testing import MockTwilio

with MockTwilio(count=30, mix="completed=1,conference=0.5") as mock:
    import requests
    for path in ("Calls.json", "Conferences.json?FriendlyName=x", "Calls.json?To=%2B1", "Transcriptions.json"):
        assert requests.get(f"{mock.url}/{path}", auth=mock.auth, timeout=60).ok
    sid = mock.corpus.get_sid(3)
    assert requests.get(f"{mock.url}/Recordings/{sid}.wav", auth=mock.auth, timeout=60).ok
    assert "text" in requests.get(f"{mock.url}/Transcriptions.json", auth=mock.auth, timeout=60).text
print(sorted({"faker", "hypothesis"} & {*sys.modules}))
"""


def test_server_never_imports_faker() -> None:
    process = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False)
    assert (process.returncode, process.stderr, process.stdout) == (0, "", "[]\n")
