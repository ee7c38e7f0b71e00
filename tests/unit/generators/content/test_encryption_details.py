from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from generators.content import encryption_details
from generators.content.encryption_details import build_encryption_details, load_private_key
from generators.random_fields import RandomFieldsSource
from generators.sids import SidCipher


@pytest.fixture(scope="module")
def private_key() -> Any:
    return load_pem_private_key(load_private_key().encode(), password=None)


def test_primes_are_those_of_the_private_key(private_key: Any) -> None:
    numbers = private_key.private_numbers()
    assert (numbers.p, numbers.q) == encryption_details._PRIMES
    assert numbers.public_numbers.e == encryption_details._EXPONENT


def test_power_by_primes_equals_power_by_modulus(private_key: Any) -> None:
    public = private_key.private_numbers().public_numbers
    first, second = encryption_details._PRIMES
    random_fields = RandomFieldsSource(b"key")
    drawn = [int.from_bytes(random_fields(index).content_key * 8, "big") % public.n for index in range(50)]
    for message in (0, 1, first, second, first - 1, second + 1, public.n - 1, *drawn):
        assert pow(message, public.e, public.n) == encryption_details._encrypt(message)


def test_wrapped_key_is_stable_between_versions() -> None:
    """Users may keep the bytes of a recording, so this literal changes with a major version only."""
    details = build_encryption_details(SidCipher(b"key"), RandomFieldsSource(b"key")(7))
    assert details.encrypted_cek.hex()[:64] == "231ea34eceb4a2fb26e4ad03254d697f29e46df3ee0cc8aa8b84193c8107af50"
