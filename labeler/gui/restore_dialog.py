"""The questions before a dataset goes back to a backup."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from labeler.gui.counts import counted


def choose_backup(window: QWidget, folder: Path) -> str:
    """The name of the backup that the person wants to go back to; nothing where none."""
    from labeler.dataset.backups import backups_of

    told, wished = QInputDialog.getItem(
        window,
        _tr("Restore from a backup"),
        _tr("Go back to how the dataset was on (what is there now is kept aside):"),
        [f"{backup.made_at:%Y-%m-%d %H:%M}   {backup.name}" for backup in backups_of(folder)],
        0,
        False,
    )
    return told.split()[-1] if wished else ""


def offer_newest(window: QWidget, folder: Path) -> str:
    """For a dataset that is damaged: the newest good backup where the person wants it."""
    from labeler.dataset.backups import choose_good, contents_of

    chosen = choose_good(folder)
    backup = chosen.backup
    if backup is None:
        return ""
    held = contents_of(backup.path)
    question = _tr(
        "The dataset {name} is damaged. Go back to its backup of {date}, with {images} and "
        "{boxes}? What is there now is kept aside, and no picture is lost."
    ).format(
        name=folder.name,
        date=f"{backup.made_at:%Y-%m-%d %H:%M}",
        images=counted(held.images, "image"),
        boxes=counted(held.boxes, "box"),
    )
    if chosen.told:
        question = f"{question}\n\n{chosen.told}"
    button = QMessageBox.StandardButton
    answer = QMessageBox.question(
        window, _tr("Restore from a backup"), question, button.Yes | button.No
    )
    return backup.name if answer is button.Yes else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("RestoreDialog", text)
