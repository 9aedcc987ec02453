"""What the system is to open and does not is said with its place, at once or once it gave up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl
from pytestqt.qtbot import QtBot

from labeler.gui.open_outside import open_outside, show_in_folder

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="xdg-open is what Linux has"
)


Said = list[str]


@pytest.fixture
def opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is alone on PATH, where a test may put its own xdg-open."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder / "xdg-open"


def _write(opener: Path, code: int) -> Path:
    """One that writes down what it was to open, and ends with this code."""
    asked = opener.parent / "asked"
    opener.write_text(f'#!/bin/sh\necho "$1" >> "{asked}"\nexit {code}\n')
    opener.chmod(0o755)
    return asked


@pytest.mark.parametrize("code", [0, 3])
def test_an_opener_that_gives_up_is_told_with_the_place(
    qtbot: QtBot, opener: Path, tmp_path: Path, code: int
) -> None:
    asked, said, owner = _write(opener, code), Said(), QObject()
    folder = tmp_path / "a b & c"
    folder.mkdir()
    open_outside(folder, said.append, owner)
    qtbot.waitUntil(lambda: not owner.children())
    assert QUrl(asked.read_text().strip()).toLocalFile() == str(folder)
    assert said == ([f"This computer has no program that opens {folder}."] if code else [])


@pytest.mark.parametrize("is_file", [True, False])
def test_a_file_is_shown_by_its_folder(
    qtbot: QtBot, opener: Path, tmp_path: Path, is_file: bool
) -> None:
    asked, said, owner = _write(opener, 0), Said(), QObject()
    (tmp_path / "model.zip").write_bytes(b"")
    show_in_folder(tmp_path / "model.zip" if is_file else tmp_path, said.append, owner)
    qtbot.waitUntil(lambda: not owner.children())
    assert (QUrl(asked.read_text().strip()).toLocalFile(), said) == (str(tmp_path), [])


@pytest.mark.qt_log_ignore("xdg|browser|openUrl|Unable", extend=True)
def test_without_any_opener_that_is_told_at_once(opener: Path, tmp_path: Path) -> None:
    said = Said()
    open_outside(QUrl("https://example.org/"), said.append, QObject())
    assert said == ["This computer has no program that opens https://example.org/."]
    opener.write_text("no program")
    opener.chmod(0o755)
    open_outside(tmp_path, said.append, QObject())
    assert said[1] == f"This computer has no program that opens {tmp_path}."


def test_what_is_gone_is_named_as_gone(opener: Path, tmp_path: Path) -> None:
    asked, said = _write(opener, 0), Said()
    open_outside(tmp_path / "gone", said.append, QObject())
    assert said == [f"{tmp_path / 'gone'} cannot be shown. Is it still there?"]
    assert not asked.exists()
