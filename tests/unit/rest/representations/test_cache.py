from mockserver.rest.representations.cache import ByteCache


def test_least_recently_used_value_is_evicted_first() -> None:
    cache = ByteCache(capacity=16_000)
    for key in range(16):
        cache.put(key, f"value {key}", 600)
    assert cache.get(0) == "value 0"
    cache.put(16, "value 16", 600)
    assert cache.get(1) is None
    assert cache.get(0) == "value 0"


def test_too_large_value_is_not_cached() -> None:
    cache = ByteCache(capacity=16_000)
    cache.put("small", 1, 10)
    cache.put("quarter", 3, 3600)
    cache.put("large", 2, 3601)
    assert cache.get("large") is None
    assert cache.get("quarter") == 3
    assert cache.get("small") == 1


def test_replaced_value_is_counted_once() -> None:
    cache = ByteCache(capacity=16_000)
    for number in range(1000):
        cache.put("key", number, 500)
    cache.put("other", "value", 500)
    assert cache.get("key") == 999
    assert cache.get("other") == "value"


def test_too_large_replacement_removes_old_value() -> None:
    cache = ByteCache(capacity=16_000)
    cache.put("key", "old", 10)
    cache.put("key", "new", 5000)
    assert cache.get("key") is None


def test_values_of_one_account_are_removed() -> None:
    cache = ByteCache()
    for key in (("a", 1), ("a", 2), ("b", 1), "a"):
        cache.put(key, b"text", 4)
    size = cache._size
    cache.remove_account("a")
    assert [cache.get(key) for key in (("a", 1), ("a", 2), ("b", 1), "a")] == [None, None, b"text", b"text"]
    assert cache._size == size // 2
