"""Shots are measured as they come: marked, or skipped where a person wishes it; always told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeler.cameras.base import Frame
from labeler.cameras.sweep import DriveResult
from labeler.dataset.filters import ImageFilter
from labeler.dataset.model import Flaw
from labeler.dataset.store import Dataset
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.photo_keeper import Shot
from tests.dataset.shots import shot
from tests.gui.live_waits import Heard, show, until


@pytest.fixture
def heard(document: Document) -> Heard:
    return Heard(document)


@pytest.fixture
def workspace(qtbot: QtBot, document: Document, live: LiveCamera, heard: Heard) -> CaptureWorkspace:
    shown = CaptureWorkspace(document, live)
    show(qtbot, shown)
    return shown


def take(workspace: CaptureWorkspace, dataset: Dataset, data: bytes, *, skip: bool = False) -> None:
    """As the photographer hands on what a camera sent."""
    name = workspace.session.name
    workspace.photographer.keeper.keep(
        Shot(dataset, name, "camera", lambda: Frame(data, 1), skips_flawed=skip)
    )


def test_a_poor_shot_is_kept_with_a_badge_and_the_reason_is_said(
    qtbot: QtBot, workspace: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    for data in (shot(1), shot(1, noise=1), shot(2, light=0.1)):
        take(workspace, dataset, data)
    until(qtbot, lambda: len(heard.sentences) == 3)
    assert [image.flaw for image in dataset.images()] == [None, Flaw.ALIKE, Flaw.DARK]
    assert heard.sentences[0].endswith("untouched.") or heard.sentences[0].endswith(" KB.")
    assert heard.sentences[1].endswith("Nothing moved since another photo of this session.")
    photos = workspace.strip.photos
    words = [photos.data(photos.index(row), Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert [str(each).split("\n")[1:] for each in words] == [
        ["It is nearly black."],
        ["Nothing moved since another photo of this session."],
        [],
    ]
    assert list(dataset.image_ids(ImageFilter(has_flaw=True))) == [2, 3]


def test_poor_shots_are_skipped_only_where_a_person_asked_and_are_counted(
    qtbot: QtBot, workspace: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    assert not workspace.skip.switch.isChecked()
    for data in (shot(1), shot(1, noise=1), shot(2, light=0.1), shot(3)):
        take(workspace, dataset, data, skip=True)
    until(qtbot, lambda: len(heard.sentences) == 4)
    assert dataset.counts().total == 2
    assert heard.sentences[1] == "Not kept: nothing moved since another photo of this session."
    assert heard.sentences[2] == "Not kept: it is nearly black."
    assert workspace.skip.count.text() == "2 skipped"
    workspace.begin_session()
    assert workspace.skip.count.text() == ""


def test_a_sweep_counts_what_was_kept_and_tells_what_was_skipped(
    qtbot: QtBot, workspace: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    run = workspace.driving.run
    workspace.skip.switch.setChecked(True)

    def work(_on_progress: object, _should_stop: object) -> DriveResult:
        for data in (shot(1), shot(1, noise=1), shot(2)):
            run._arrived.emit(dataset, Frame(data, 1), "", "Vector-SIM1")
        return DriveResult(3, 3)

    run._begin("Sweep", work)
    until(qtbot, lambda: heard.has("Sweep done: 2 pictures. 1 poor shot was skipped."))
    assert dataset.counts().total == 2
    assert heard.sentences[-1].startswith("Sweep done")


def test_a_photo_that_cannot_be_marked_is_kept_all_the_same(
    qtbot: QtBot, workspace: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    with dataset.transaction():
        dataset._writer.execute(
            "CREATE TRIGGER full BEFORE UPDATE OF sharpness ON image BEGIN "
            "SELECT RAISE(ABORT, 'no room'); END"
        )
    take(workspace, dataset, shot(1))
    take(workspace, dataset, shot(2), skip=True)
    until(qtbot, lambda: len(heard.sentences) == 2)
    assert [image.sharpness for image in dataset.images()] == [None, None]
    assert not heard.failures


def test_the_switch_is_remembered(
    qtbot: QtBot, workspace: CaptureWorkspace, document: Document, live: LiveCamera
) -> None:
    qtbot.keyClick(workspace, Qt.Key.Key_P)
    assert workspace.skip.switch.isChecked()
    again = CaptureWorkspace(document, live)
    qtbot.addWidget(again, before_close_func=lambda closed: closed.shut_down())
    assert again.skip.switch.isChecked()


def test_a_note_that_waits_goes_with_the_first_photo_and_never_into_another_dataset(
    qtbot: QtBot, workspace: CaptureWorkspace, document: Document, dataset: Dataset, heard: Heard
) -> None:
    qtbot.keyClicks(workspace.session.note, "by the window")
    take(workspace, dataset, shot(1))  # on its way without the note, as if typed a moment later
    until(qtbot, lambda: len(heard.sentences) == 2)
    assert [session.note for session in dataset.sessions()] == ["by the window"]
    workspace.begin_session()
    qtbot.keyClicks(workspace.session.note, "still without a photo")
    with Dataset.create(dataset.folder.parent / "other") as other:
        document.open(other)
        assert workspace.session.note.text() == ""
        document.open(Dataset.open(dataset.folder))
    document.dataset.close()
