"""A dataset that comes from somebody else is introduced, once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from labeler.dataset import category_edits
from labeler.dataset.authors import current_author, other_author
from labeler.dataset.store import Dataset
from labeler.gui.dataset_opening import introduction
from labeler.gui.settings import Settings


@pytest.fixture
def by_anna(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset in which anna has made a class."""
    with monkeypatch.context() as patch:
        patch.setenv("LOGNAME", "anna")
        with Dataset.create(tmp_path / "cups") as dataset:
            dataset.apply(category_edits.add_categories(dataset, ["cup"]))
    return tmp_path / "cups"


def test_a_dataset_of_ones_own_or_without_an_edit_is_nobody_elses(tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "mine") as dataset:
        assert other_author(dataset, dataset.folder) is None
        dataset.apply(category_edits.add_categories(dataset, ["cup"]))
        assert dataset.authors() == [current_author()]
        assert other_author(dataset, dataset.folder) is None


def test_what_only_others_have_edited_is_theirs_until_one_edits_it_too(by_anna: Path) -> None:
    with Dataset.open(by_anna) as dataset:
        assert other_author(dataset, by_anna) == "anna"
        dataset.apply(category_edits.add_categories(dataset, ["mug"]))
        assert other_author(dataset, by_anna) is None
        assert dataset.authors() == [current_author(), "anna"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives folders away")
def test_a_folder_of_another_user_is_theirs(tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "cups") as dataset:
        os.chown(dataset.folder, 54321, 54321)  # a number that no user has here
        assert other_author(dataset, dataset.folder) == ""
        os.chown(dataset.folder, 1, 1)
        assert other_author(dataset, dataset.folder) == "daemon"


def test_it_is_said_once_for_each_dataset(by_anna: Path, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.ini")
    copy = Path(shutil.copytree(by_anna, tmp_path / "copy"))
    for folder in (by_anna, copy):
        with Dataset.open(folder) as dataset:
            told = introduction(dataset, settings)
            assert told.startswith("This dataset comes from anna.")
            assert introduction(dataset, settings) == ""
    with Dataset.create(tmp_path / "mine") as dataset:
        assert introduction(dataset, settings) == ""
