"""Datasets have a home that people find."""

from __future__ import annotations

import os
from pathlib import Path

from labeler.dataset.places import datasets_folder, free_folder, known_datasets
from labeler.dataset.store import Dataset


def test_a_checkout_keeps_datasets_beside_the_code(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "pyproject.toml").touch()
    assert datasets_folder(tmp_path) == tmp_path / "datasets"


def test_an_installed_program_keeps_them_among_the_documents(
    tmp_path: Path, isolated_home: Path
) -> None:
    folder = datasets_folder(tmp_path)
    assert folder.name == "Vector Labeler"
    assert folder.is_relative_to(isolated_home)


def test_known_datasets_are_those_with_a_database(tmp_path: Path) -> None:
    Dataset.create(tmp_path / "one").close()
    (tmp_path / "photos").mkdir()
    assert known_datasets(tmp_path) == [tmp_path / "one"]
    assert known_datasets(tmp_path / "nowhere") == []


def test_the_dataset_that_was_changed_last_stands_first(tmp_path: Path) -> None:
    for name, changed in (("old", 1_000), ("new", 3_000), ("middle", 2_000)):
        Dataset.create(tmp_path / name).close()
        os.utime(tmp_path / name / "dataset.sqlite", (changed, changed))
    assert [folder.name for folder in known_datasets(tmp_path)] == ["new", "middle", "old"]


def test_a_new_folder_is_free_and_its_name_safe(tmp_path: Path) -> None:
    assert free_folder("Kitchen 台所", tmp_path) == tmp_path / "Kitchen 台所"
    (tmp_path / "Kitchen").mkdir()
    assert free_folder("Kitchen", tmp_path) == tmp_path / "Kitchen 2"
    for name in ("../x", "a/b", "C:\\x", "..", "", "CON", "x" * 500, "a\0b"):
        folder = free_folder(name, tmp_path)
        assert folder.parent == tmp_path
        Dataset.create(folder).close()
