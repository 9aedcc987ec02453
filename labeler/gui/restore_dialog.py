"""The questions before a dataset goes back to a backup."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from labeler.gui.counts import counted

if TYPE_CHECKING:
    from labeler.dataset.backups import Chosen, Contents


@dataclass(frozen=True, slots=True)
class Offer:
    """A backup with what it holds."""

    chosen: Chosen
    held: Contents


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


def look_for_newest(folder: Path) -> Offer | None:
    """The newest good backup of a dataset that is damaged. Raises UserError.

    For a worker: every page and row of it is read, and where it is not good, of the one before.
    """
    from labeler.dataset.backups import choose_good, contents_of

    chosen = choose_good(folder)
    return Offer(chosen, contents_of(chosen.backup.path)) if chosen.backup is not None else None


def offer_newest(window: QWidget, folder: Path, offer: Offer) -> str:
    """Its name where the person wants to go back to it; nothing where not."""
    chosen, held = offer.chosen, offer.held
    backup = chosen.backup
    if backup is None:
        return ""
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
