"""What is different between two texts."""

import time

from guidance.rules.differences import Difference, Paragraph, Piece, compare
from guidance.rules.entries import force_by_words, paragraphs

A, C, M, R, S = (
    Difference.ADDED,
    Difference.CHANGED,
    Difference.MOVED,
    Difference.REMOVED,
    Difference.SAME,
)


def text(*words: str) -> list[Paragraph]:
    return [Paragraph(str(place), one) for place, one in enumerate(words, 1)]


def kinds(before, after):
    return [(line.difference, line.before, line.after) for line in compare(text(*before), text(*after))]


OPEN = "Schools stay open for vulnerable children."
RING = "Schools ring each family once a week."
VISIT = "Social workers visit where they can."
MEALS = "Free meals go on during the holidays."


def test_the_same_text_is_unchanged():
    assert kinds([OPEN, RING], [OPEN, RING]) == [(S, 1, 1), (S, 2, 2)]


def test_other_spacing_is_no_change():
    assert kinds(["Schools  stay\nopen"], ["Schools stay open"]) == [(S, 1, 1)]


def test_added_and_removed_stand_at_their_places():
    assert kinds([OPEN, RING, VISIT], [OPEN, MEALS, VISIT]) == [
        (S, 1, 1),
        (A, None, 2),
        (R, 2, None),
        (S, 3, 3),
    ]
    assert kinds([OPEN, RING], [RING]) == [(R, 1, None), (S, 2, 1)]
    assert kinds([OPEN], [OPEN, RING]) == [(S, 1, 1), (A, None, 2)]


def test_moved_is_neither_removed_nor_added():
    assert kinds([OPEN, RING, VISIT], [RING, VISIT, OPEN]) == [(S, 2, 1), (S, 3, 2), (M, 1, 3)]


def test_changed_shows_the_words():
    found = compare(text(RING), text("Schools ring each family twice a week."))
    assert [line.difference for line in found] == [C]
    assert found[0].pieces == (
        (Piece.SAME, "Schools ring each family"),
        (Piece.REMOVED, "once"),
        (Piece.ADDED, "twice"),
        (Piece.SAME, "a week."),
    )


def test_what_shares_little_is_removed_and_added():
    assert {kind for kind, *_ in kinds([OPEN], [MEALS])} == {A, R}


def test_renumbered_is_said():
    found = compare(text(OPEN, RING), text(MEALS, OPEN, RING))
    assert [line.renumbered for line in found] == [False, True, True]


def test_the_pair_that_shares_most_is_taken():
    before = ["Schools must ring each family once a week"]
    after = ["Schools must ring", "Schools must ring each family twice a week"]
    assert kinds(before, after) == [(A, None, 1), (C, 1, 2)]


def test_doubles_are_each_shown_once():
    assert kinds([OPEN, OPEN], [OPEN]) in ([(S, 1, 1), (R, 2, None)], [(R, 1, None), (S, 2, 1)])
    assert kinds([], []) == []


def test_every_paragraph_of_both_texts_is_there_once():
    before = [OPEN, RING, VISIT, MEALS, "Tail of it"]
    after = [MEALS, "A new one", "Schools ring each family twice a week.", OPEN, "Tail of it all"]
    found = kinds(before, after)
    assert sorted(old for _, old, _ in found if old) == [1, 2, 3, 4, 5]
    assert [new for _, _, new in found if new] == [1, 2, 3, 4, 5]


def test_five_hundred_rewritten_paragraphs_take_seconds_at_most():
    before = [" ".join(f"w{(n * 7 + k) % 900}" for k in range(60)) for n in range(500)]
    after = [" ".join(f"w{(n * 7 + k + 3) % 900}" for k in range(60)) for n in range(500)]
    started = time.perf_counter()
    compare(text(*before), text(*after))
    assert time.perf_counter() - started < 8


class TestParagraphs:
    def test_by_empty_lines_with_their_numbers(self):
        found = paragraphs("1. One\n\n2) Two\n \n3.4 Three\n\n(a) Four\n\nb) Five\n\n12.1.2. Six\n\nSeven")
        assert [(one.label, one.text) for one in found] == [
            ("1", "One"),
            ("2", "Two"),
            ("3.4", "Three"),
            ("a", "Four"),
            ("b", "Five"),
            ("12.1.2", "Six"),
            ("", "Seven"),
        ]

    def test_a_number_that_begins_a_sentence_is_no_label(self):
        for words in ("25 September 2020 is the day", "2020 began well", "3.5 million children", "(see) it"):
            assert paragraphs(words)[0].label == ""
        assert paragraphs("3.5 million children")[0].text == "3.5 million children"

    def test_lines_broken_for_width_are_one_and_points_keep_theirs(self):
        assert paragraphs("One\nline\n\n- a\n- b\n  more")[1].text == "- a\n- b more"
        assert paragraphs("One\nline")[0].text == "One line"

    def test_a_number_alone_stays_a_text(self):
        assert [(one.label, one.text) for one in paragraphs("12.")] == [("", "12.")]

    def test_force_by_the_strongest_word(self):
        assert force_by_words("You must and should") == "must"
        assert force_by_words("Schools are expected to ring") == "should"
        assert force_by_words("You may visit") == "may"
        assert force_by_words("On 4 May 2020 schools open") == ""
        assert force_by_words("Nothing is asked") == ""
