"""Finding an action by a few letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.gui.word_match import fit, words_of

LINES = (
    "Next image",
    "Next unlabelled image",
    "Previous image",
    "Draw a box",
    "Delete box",
    "Duplicate box",
    "Stop, keep the best",
    "Export COCO…",
    "Zoom in",
    "Größe ändern",
)


def found(query: str) -> list[str]:
    fits = [(fit(query, line), line) for line in LINES]
    return [line for score, line in sorted((-s, t) for s, t in fits if s is not None)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("next", "Next image"),
        ("nex lab", "Next unlabelled image"),
        ("labelled next", "Next unlabelled image"),
        ("COCO", "Export COCO…"),
        ("dupl", "Duplicate box"),
        ("dplct", "Duplicate box"),
        ("delte", "Delete box"),
        ("dleete", "Delete box"),
        ("prevous", "Previous image"),
        ("best", "Stop, keep the best"),
        ("grosse", "Größe ändern"),
        ("große", "Größe ändern"),
        ("andern", "Größe ändern"),
        ("box draw", "Draw a box"),
    ],
)
def test_the_line_that_is_meant_comes_first(query: str, first: str) -> None:
    assert next(iter(found(query)), None) == first


def test_nothing_typed_fits_everything_alike() -> None:
    assert {fit("  ", line) for line in LINES} == {0.0}


def test_a_word_that_fits_nowhere_leaves_the_line_out() -> None:
    assert fit("next zebra", "Next image") is None
    assert fit("next label", "Next image", "Label") is not None


def test_a_hit_in_the_words_counts_more_than_one_beside_them() -> None:
    assert (fit("train", "Train", "") or 0) > (fit("train", "Show log", "go to Train") or 0)


def test_a_sign_is_found_as_well() -> None:
    assert fit("ctrl+d", "Duplicate box", "Ctrl+D") is not None
    assert fit("+", "Zoom in", "+ =") is not None


@given(st.text(max_size=30), st.text(max_size=40))
def test_any_text_may_be_typed(query: str, line: str) -> None:
    score = fit(query, line)
    assert score is None or score >= 0
    assert fit(line, line) is not None


@given(st.sampled_from(LINES), st.data())
def test_every_beginning_of_every_word_finds_its_line(line: str, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(words_of(line)))
    assert fit(word[: data.draw(st.integers(1, len(word)))].upper(), line) is not None
