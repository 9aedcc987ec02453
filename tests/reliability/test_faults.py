"""Full disks, drives that vanish, pictures that go: a sentence each, nothing kept is lost.

In every one the window shows what the store holds, and goes on when the fault is over.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeler.dataset import backups
from labeler.dataset.category_edits import add_category
from labeler.dataset.check import FindingKind, check
from labeler.dataset.edits import draw
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import is_idle
from labeler.gui.dataset_opening import open_folder
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from tests.dataset.conftest import make_picture
from tests.dataset.test_one_writer import unwritable
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

resource = pytest.importorskip("resource")  # Windows has no such limits
CONTROL = Qt.KeyboardModifier.ControlModifier
Open = Callable[[Path], MainWindow]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """Opens windows on datasets and closes them all in the end."""
    shown: list[MainWindow] = []

    def open_one(folder: Path) -> MainWindow:
        window = open_window(folder, tmp_path / f"settings {len(shown)}.ini")
        qtbot.addWidget(window)
        shown.append(window)
        return window

    yield open_one
    for window in shown:
        close(window)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path / "table")


def filled(folder: Path) -> Path:
    with Dataset.create(folder) as dataset:
        add_plain_pictures(dataset, 3)
        dataset.apply(add_category(dataset, "mug"))
    return folder


def shown_as_kept(hand: Hand) -> bool:
    """Whether the canvas shows the boxes of the store and no other."""
    return [each.bbox for each in hand.label.canvas.boxes] == hand.boxes


@contextmanager
def no_file_grows(folder: Path) -> Iterator[None]:
    """The system refuses to make any file longer than the dataset's log is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = folder / "dataset.sqlite-wal"
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def small_disk() -> Iterator[Path]:
    """A real disk of 3 MB."""
    with tempfile.TemporaryDirectory() as name:
        words = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", name]
        if subprocess.run(words, capture_output=True, check=False).returncode:
            pytest.skip("this user may not mount a disk")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def fill_up(file: Path) -> None:
    with file.open("wb", buffering=0) as stream, suppress(OSError):
        while stream.write(bytes(1024)):
            pass


def test_a_write_that_fails_is_told_the_box_is_not_shown_and_the_next_one_works(
    opened: Open, folder: Path
) -> None:
    window = opened(folder)
    hand = Hand(window)
    hand.drag((100, 80), (200, 200))
    before = hand.boxes
    with no_file_grows(folder):
        hand.drag((300, 80), (400, 200))
        assert "Is its drive still there, and not full?" in window.banner.message.text()
        assert hand.boxes == before
        assert shown_as_kept(hand)
        hand.drag((150, 140), (180, 160))
        assert shown_as_kept(hand)
        hand.press(Qt.Key.Key_Z, CONTROL)
        assert hand.boxes == before
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.boxes == []
    hand.press(Qt.Key.Key_Y, CONTROL)
    assert hand.boxes == before
    assert check(window.document.dataset) == []


def test_a_full_disk_is_told_and_labelling_goes_on_when_there_is_room_again(opened: Open) -> None:
    with small_disk() as disk:
        window = opened(filled(disk / "table"))
        hand = Hand(window)
        hand.drag((100, 80), (200, 200))
        stuffing = disk / "holiday.mp4"
        fill_up(stuffing)
        for _ in range(200):
            hand.press(Qt.Key.Key_Right)
            if window.banner.isVisible():
                break
        assert "full" in window.banner.message.text()
        assert "Make room on that disk" in window.banner.message.text()
        assert shown_as_kept(hand)
        kept = hand.boxes
        dataset = window.document.dataset
        with pytest.raises(UserError, match=r"full|space"):
            add_picture(dataset, make_picture(9), original_name="9.jpg", session_id=1)
        stuffing.unlink()
        hand.press(Qt.Key.Key_Right)
        assert hand.boxes[0].x == kept[0].x + 1
        assert check(dataset) == []
        assert list(dataset.incoming_folder.iterdir()) == []
        close(window)


def test_an_import_that_fills_the_disk_shows_what_came_in(
    qtbot: QtBot, opened: Open, tmp_path: Path
) -> None:
    for number in range(12):
        noise = Pillow.effect_noise((560, 560), 100 + number)
        noise.save(tmp_path / f"{number:02}.png")
    with small_disk() as disk:
        window = opened(filled(disk / "table"))
        window.actions_of_dataset.add_pictures([tmp_path])
        qtbot.waitUntil(lambda: not window.jobs.is_busy)
        total = window.document.dataset.counts().total
        assert 3 < total < 15
        assert Hand(window).label.filmstrip.images.rowCount() == total
        assert window.status.sentence.text() == f"{total - 3} pictures added. Kept."
        message = window.banner.message.text()
        assert "full" in message or "no space" in message
        close(window)


def test_a_backup_that_finds_no_room_is_told_and_leaves_nothing_half(
    qtbot: QtBot, opened: Open
) -> None:
    with small_disk() as disk:
        window = opened(filled(disk / "table"))
        fill_up(disk / "holiday.mp4")
        window.backups.look()
        qtbot.waitUntil(window.banner.isVisible)
        assert "The backup of table failed" in window.banner.message.text()
        place = disk / "table" / backups.FOLDER
        assert not place.exists() or list(place.iterdir()) == []
        (disk / "holiday.mp4").unlink()
        window.backups.look()
        qtbot.waitUntil(is_idle)
        assert len(backups.backups_of(disk / "table")) == 1
        close(window)


def test_a_drive_that_vanishes_takes_no_edit_and_goes_on_when_it_is_back(
    opened: Open, folder: Path
) -> None:
    window = opened(folder)
    hand = Hand(window)
    hand.drag((100, 80), (200, 200))
    elsewhere = folder.with_name("unplugged")
    folder.rename(elsewhere)
    hand.drag((300, 80), (400, 200))
    hand.drag((150, 140), (190, 160))
    assert "deleted, moved or replaced" in window.banner.message.text()
    assert len(hand.boxes) == 1
    assert shown_as_kept(hand)
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert len(hand.boxes) == 1
    elsewhere.rename(folder)
    hand.drag((300, 80), (400, 200))
    hand.press(Qt.Key.Key_Z, CONTROL)
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.boxes == []
    assert check(window.document.dataset) == []


def test_pictures_that_vanish_are_told_and_their_boxes_are_kept(
    qtbot: QtBot, opened: Open, folder: Path
) -> None:
    window = opened(folder)
    hand = Hand(window)
    hand.label.show_image(2)
    hand.drag((100, 80), (200, 200))
    hand.label.show_image(1)
    dataset = window.document.dataset
    hand.label._pictures.clear()
    dataset.images_folder.rename(folder / "away")
    hand.label.show_image(2)
    qtbot.waitUntil(lambda: "Its boxes are kept" in hand.label.canvas.message)
    assert len(hand.boxes) == 1
    assert shown_as_kept(hand)
    (folder / "away").rename(dataset.images_folder)
    hand.label.show_image(1)
    hand.label.show_image(2)
    qtbot.waitUntil(lambda: not hand.label.canvas.message)
    hand.drag((300, 80), (400, 200))
    assert len(hand.boxes) == 2
    image = dataset.image(3)
    Pillow.new("RGB", (90, 200)).save(dataset.path_of(image))
    hand.label._pictures.clear()
    hand.label.show_image(3)
    qtbot.waitUntil(lambda: "it is now 90 \N{MULTIPLICATION SIGN} 200" in hand.label.canvas.message)


def test_a_picture_deleted_behind_our_back_keeps_its_boxes_and_check_names_it(
    qtbot: QtBot, opened: Open, folder: Path
) -> None:
    with Dataset.open(folder) as dataset:
        gone = dataset.image(2)
        dataset.path_of(gone).unlink()
    window = opened(folder)
    hand = Hand(window)
    hand.label.show_image(2)
    qtbot.waitUntil(lambda: "Its boxes are kept" in hand.label.canvas.message)
    (finding,) = check(window.document.dataset)
    assert (finding.kind, finding.what) == (FindingKind.MISSING_FILE, gone.file_name)
    hand.press(Qt.Key.Key_D)
    hand.drag((100, 80), (200, 200))
    assert len(hand.boxes) == 1


def test_a_second_window_looks_and_can_label_when_the_first_is_closed(
    opened: Open, folder: Path, tmp_path: Path
) -> None:
    first = opened(folder)
    second = opened(filled(tmp_path / "other"))
    second.actions_of_dataset.open(folder)
    assert "shown read-only" in second.banner.message.text()
    hand = Hand(second)
    hand.drag((100, 80), (200, 200))
    assert hand.boxes == []
    assert shown_as_kept(hand)
    close(first)
    second.actions_of_dataset.open(folder)
    hand.drag((100, 80), (200, 200))
    assert len(hand.boxes) == 1


def test_a_clock_that_jumped_back_is_told_and_changes_no_order(
    opened: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dataset.open(folder) as dataset:
        late = time.time() + 50 * 86_400
        monkeypatch.setattr("labeler.dataset.store.time.time", lambda: late)
        dataset.apply(draw(dataset, 3, 1, BBox(10, 10, 50, 40)))
        monkeypatch.undo()
    window = opened(folder)
    window.backups.look()
    assert "clock" in window.banner.message.text()
    hand = Hand(window)
    hand.drag((100, 80), (200, 200))
    dataset = window.document.dataset
    assert [entry.image_id for entry in dataset.journal(2)] == [1, 3]
    assert dataset.image(1).last_edit > dataset.image(3).last_edit
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.boxes == []
    assert len(list(dataset.all_annotations())) == 1


def test_a_folder_that_may_not_be_written_is_shown_read_only_with_the_reason(qtbot: QtBot) -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = filled(Path(name) / "shared")
        with unwritable(folder):
            found = open_folder(folder)
            document = Document(found.dataset)
            assert found.concern is not None
            assert "permission denied" in str(found.concern)
            assert "shown read-only" in str(found.concern)
            told: list[str] = []
            document.failed.connect(lambda text, details: told.append(text))
            assert not document.attempt(lambda dataset: add_category(dataset, "cup"))
            assert "read-only" in told[0]
            found.dataset.close()
