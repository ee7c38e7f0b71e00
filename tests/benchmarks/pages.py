"""The processor time of pages that no client has requested before, in one process."""

import random
import time
from statistics import median

from tests.harness import Api, make_settings

_COUNT = 10**9
_MIXES = {"no recording encrypted": "", "5 % encrypted": "encrypted=0.05"}
_RECORDINGS = 2_000
"""The recordings of one round."""


def print_page_costs(rounds: int) -> None:
    """Print the processor time of a recording on a page of 50 and of 1000, in sequence and at random places."""
    for name, mix in _MIXES.items():
        with Api(make_settings(count=_COUNT, mix=mix)) as api:
            for size in (50, 1000):
                costs: dict[bool, list[float]] = {False: [], True: []}
                for number in range(rounds + 1):  # the first one imports modules
                    for is_random, own in costs.items():
                        own.append(_measure(api, size, seed=number, is_random=is_random))
                in_sequence, at_random = (median(own[1:]) for own in costs.values())
                print(
                    f"never seen, {name}, pages of {size}: {in_sequence:.1f} us of CPU a recording in sequence, "
                    f"{at_random:.1f} at random places"
                )


def _measure(api: Api, size: int, seed: int, *, is_random: bool) -> float:
    """Return the microseconds of processor time of one recording."""
    places, corpus = random.Random(f"{seed} {is_random}"), api.get_account().corpus
    place, page_count = places.randrange(_COUNT // 10, _COUNT), max(2, _RECORDINGS // size)
    start = time.process_time_ns()
    for _ in range(page_count):
        token = corpus.get_sid(place)
        assert api.get(f"{api.list_path}?PageSize={size}&PageToken=PA{token}").status_code == 200
        place = places.randrange(_COUNT // 10, _COUNT) if is_random else place - size - size // 10
    return (time.process_time_ns() - start) / 1e3 / page_count / size
