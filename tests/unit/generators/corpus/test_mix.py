import pytest

from generators.corpus.mix import Mix, MixError
from generators.distributions import ADVERSARIAL_TRAIT_SHARES
from generators.model import CONFERENCE_SOURCES, Source, Status


def test_named_shares_are_kept_and_others_are_scaled() -> None:
    mix = Mix.parse("deleted=0.5, Trunking=1, dual=0.25")
    assert mix.status[Status.DELETED] == 0.5
    assert sum(mix.status.values()) == pytest.approx(1)
    assert mix.status[Status.COMPLETED] / mix.status[Status.ABSENT] == pytest.approx(0.91 / 0.03)
    assert [source for source, share in mix.source.items() if share] == [Source.TRUNKING]
    assert mix.dual == 0.25
    assert (mix.encrypted, mix.adversarial) == (0, 0)


def test_left_out_shares_of_traits_are_those_of_the_profile() -> None:
    mix = Mix.parse("dual=0.25", traits=ADVERSARIAL_TRAIT_SHARES)
    assert (mix.dual, mix.encrypted, mix.adversarial) == (0.25, 0.05, 1)


def test_conference_share_covers_all_conference_sources() -> None:
    mix = Mix.from_shares({"conference": 0.5})
    assert sum(mix.source[source] for source in CONFERENCE_SOURCES) == pytest.approx(0.5)
    assert sum(mix.source.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("delted=0.1", "Did you mean deleted?"),
        ("deleted", "expected NAME=SHARE pairs"),
        ("deleted=x", "expected NAME=SHARE pairs"),
        ("deleted=1.5", "between 0 and 1 for deleted, found 1.5"),
        ("deleted=nan", "between 0 and 1 for deleted, found nan"),
        ("deleted=0.6,absent=0.6", r"sum to at most 1, found 1.2 \(absent=0.6, deleted=0.6\)"),
        ("processing=0,completed=0.5,absent=0,deleted=0,failed=0", "all shares to sum to 1, found 0.5"),
        ("conference=0.5,Trunking=1", "a share of conferences that the sources allow"),
        ("zzz=0.1", "found 'zzz'.$"),
    ],
)
def test_invalid_mix_raises_mix_error(text: str, message: str) -> None:
    with pytest.raises(MixError, match=message):
        Mix.parse(text)


def test_finished_status_shares_exclude_processing() -> None:
    assert Status.PROCESSING not in Mix().compute_finished_status_shares()
    assert sum(Mix().compute_finished_status_shares().values()) == pytest.approx(1)
    assert Mix.from_shares({"processing": 1}).compute_finished_status_shares() == {
        Status.DELETED: 0,
        Status.COMPLETED: 1,
    }
