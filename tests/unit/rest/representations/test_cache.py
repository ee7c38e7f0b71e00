from mockserver.rest.representations.cache import ByteCache


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = ByteCache(capacity=16_000)
    for key in range(16):
        cache.put(key, f"value {key}", 600)
    assert cache.get(0) == "value 0"
    cache.put(16, "value 16", 600)
    assert cache.get(1) is None
    assert cache.get(0) == "value 0"


def test_what_would_take_too_much_is_not_kept() -> None:
    cache = ByteCache(capacity=16_000)
    cache.put("small", 1, 10)
    cache.put("large", 2, 5000)
    assert cache.get("large") is None
    assert cache.get("small") == 1


def test_a_key_put_again_has_the_new_value_and_costs_once() -> None:
    cache = ByteCache(capacity=16_000)
    for turn in range(1000):
        cache.put("key", turn, 500)
    cache.put("other", "value", 500)
    assert cache.get("key") == 999
    assert cache.get("other") == "value"


def test_a_value_that_has_grown_too_large_takes_the_old_one_along() -> None:
    cache = ByteCache(capacity=16_000)
    cache.put("key", "old", 10)
    cache.put("key", "new", 5000)
    assert cache.get("key") is None
