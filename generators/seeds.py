"""Derives secrets and identities from a seed: the same seed always gives the same ones."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b


def derive_bytes(seed: str, purpose: str, *parts: str) -> bytes:
    """Return 32 bytes that depend on the arguments only."""
    digest = blake2b(digest_size=32, key=_hash_seed(seed), person=purpose.encode()[:16])
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "little") + encoded)
    return digest.digest()


def hash_all(keyed_hash: blake2b, messages: Iterable[bytes]) -> bytes:
    """Return the joined digests of many messages, each after what a hash has taken already."""
    copy, digests = keyed_hash.copy, []
    for message in messages:
        copied = copy()
        copied.update(message)
        digests.append(copied.digest())
    return b"".join(digests)


def derive_demo_account_sid(seed: str) -> str:
    """Return the AccountSid that `recmock serve` prints for this seed."""
    return "AC" + derive_bytes(seed, "demo account")[:16].hex()


def derive_scripted_account_sid(seed: str, account_sid: str, name: str) -> str:
    """Return the AccountSid of an account that a scenario sets up.

    Args:
        account_sid: the account that it is set up for.
        name: its id in the scenario.
    """
    return "AC" + derive_bytes(seed, "scripted account", account_sid.lower(), name)[:16].hex()


def derive_auth_token(seed: str, account_sid: str) -> str:
    """Return the auth token of an account without a declared one: 32 hexadecimal digits."""
    return derive_bytes(seed, "auth token", account_sid.lower())[:16].hex()


def derive_secondary_token(seed: str, account_sid: str, number: int) -> str:
    """Return the secondary auth token that a scenario creates for an account.

    Args:
        number: the number of the step that creates it, from 1.
    """
    return derive_bytes(seed, "secondary token", account_sid.lower(), str(number))[:16].hex()


@lru_cache(maxsize=16)
def _hash_seed(seed: str) -> bytes:
    return blake2b(seed.encode(), digest_size=32).digest()
