"""Lists of classes as other tools keep them: what is good is taken, nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.dataset.category_edits import add_categories, add_category, clean_name
from labeler.dataset.category_file import MAX_BYTES, MAX_NAMES, read_names
from labeler.dataset.history import History
from labeler.dataset.store import Dataset
from labeler.errors import UserError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "classes.txt"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_one_name_a_line_in_the_file_s_order(path: Path, coding: str) -> None:
    path.write_text("dog\r\n  traffic   light \r\n\n杯子\nDog\n", encoding=coding)
    assert read_names(path).names == ("dog", "traffic light", "杯子")


def test_a_line_that_is_no_name_is_told_with_its_number(path: Path) -> None:
    path.write_text("dog\n" + "x" * 101 + "\nca\x07t\ncat", encoding="utf-8")
    found = read_names(path)
    assert found.names == ("dog", "cat")
    assert [number for number, _ in found.skipped] == [2, 3]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "names no class"),
        (b"\n \n", "names no class"),
        (b"\xff\xd8\xff\xe0jpeg", "no text in UTF-8"),
        (b"\xff\xfea", "no text in UTF-8"),
        (b"dog\0cat", "no text file"),
        (b"a" * (MAX_BYTES + 1), "too large"),
        (b"".join(b"%d\n" % n for n in range(MAX_NAMES + 1)), "more than"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(path: Path, data: bytes, words: str) -> None:
    path.write_bytes(data)
    with pytest.raises(UserError, match=words):
        read_names(path)


def test_a_missing_file_is_told(path: Path) -> None:
    with pytest.raises(UserError, match="Cannot read"):
        read_names(path)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=150,
)
@given(
    data=st.binary(max_size=200) | st.text(max_size=100).map(lambda t: t.encode("utf-8", "replace"))
)
def test_any_file_gives_usable_names_or_a_sentence(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        names = read_names(path).names
    except UserError:
        return
    assert [clean_name(name) for name in names] == list(names)
    assert len({name.casefold() for name in names}) == len(names)


def test_those_that_are_there_are_left_alone_and_all_is_one_edit(tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "d") as dataset:
        dataset.apply(add_category(dataset, "Mug"))
        edit = add_categories(dataset, ["mug", "cup", "CUP", "ball"])
        assert edit.description == "Add 2 classes"
        dataset.apply(edit)
        assert [category.name for category in dataset.categories()] == ["Mug", "cup", "ball"]
        assert len({category.color for category in dataset.categories()}) == 3
        assert add_categories(dataset, ["mug"]).changes == ()
        History(dataset).undo()
        assert [category.name for category in dataset.categories()] == ["Mug"]
