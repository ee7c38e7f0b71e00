import pytest

from generators.content.dialogue import Turn, build_dialogue_from_turns, count_key_beats, draw_spoken_answer
from generators.model import SpokenTurn


def test_turns_keep_their_times_and_voices() -> None:
    dialogue = build_dialogue_from_turns((SpokenTurn(1, 1000, 2400, "Hello."), SpokenTurn(2, 2400, 3000, "Hi.")), 4)
    assert dialogue.turns == (Turn(0, 5, 12, "Hello."), Turn(1, 12, 15, "Hi."))
    assert (dialogue.beats, dialogue.text) == (20, "Hello. Hi.")


def test_turns_are_sorted_by_their_starts() -> None:
    spoken = (SpokenTurn(1, 2000, 3000, "second"), SpokenTurn(2, 1990, 3000, "first"))
    assert build_dialogue_from_turns(spoken, 3).text == "first second"


@pytest.mark.parametrize(
    ("start_ms", "stop_ms", "start", "stop"),
    [
        (290, 310, 1, 2),  # no turn is shorter than a beat
        (-500, 400, 0, 2),
        (900, 2300, 4, 10),  # the recording ends after two seconds
        (2500, 2600, 10, 10),
    ],
)
def test_turn_has_a_place_within_the_recording(start_ms: int, stop_ms: int, start: int, stop: int) -> None:
    (turn,) = build_dialogue_from_turns((SpokenTurn(1, start_ms, stop_ms, "Yes."),), 2).turns
    assert (start, stop) == (turn.start, turn.stop)


def test_keys_take_their_time_and_are_no_words() -> None:
    assert (count_key_beats(""), count_key_beats("12#"), count_key_beats("1w23")) == (0, 3, 6)
    dialogue = build_dialogue_from_turns((SpokenTurn(1, 0, 100, "", "1W2"), SpokenTurn(1, 2000, 2100, "Yes.")), 3)
    assert (dialogue.turns[0], dialogue.text) == (Turn(0, 0, 7, "", "1W2"), "Yes.")


def test_person_without_a_script_leaves_a_message_and_then_answers() -> None:
    first = draw_spoken_answer(b"ann", 0)
    assert first == draw_spoken_answer(b"ann", 0) != draw_spoken_answer(b"bob", 0)
    assert first.startswith("Hello, this is ")
    assert first.endswith("Please call me back when you have a moment.")
    following = [draw_spoken_answer(b"ann", number) for number in range(1, 8)]
    assert len({first, *following}) == 8
    assert not any("{" in text for text in following)
