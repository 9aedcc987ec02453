"""Finding the dataset that the window shows: the one asked for, the last one, or a new one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from labeler.dataset.authors import other_author
from labeler.dataset.lock import WriterLock
from labeler.dataset.no_dataset import NoDataset
from labeler.dataset.places import free_folder, known_datasets
from labeler.dataset.schema import Damaged, OlderFormat
from labeler.dataset.store import FILE_NAME, LOCK_NAME, Dataset
from labeler.errors import UserError
from labeler.gui.settings import Settings

FIRST_DATASET = "My first dataset"
"""The name of a dataset that is made before anybody has said what it is to be about."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A dataset, and why it is not quite what was wished; None where it is.

    damaged: the folder of one that could not be opened, for it is damaged or lost its database.
    """

    dataset: Dataset
    concern: UserError | None = None
    damaged: Path | None = None


def open_folder(folder: Path) -> Opened:
    """Opens to label where that is possible, else to look. Raises UserError where neither is."""
    try:
        return Opened(Dataset.open(folder))
    except UserError as error:
        try:
            dataset = Dataset.open(folder, read_only=True)
        except OlderFormat as older:
            if WriterLock.is_taken(folder / LOCK_NAME):
                raise error from None
            raise older from None  # it cannot be opened read-only, as the first error says
        except UserError:
            raise error from None
        told = QCoreApplication.translate("Opening", "{0} For now it is shown read-only.")
        return Opened(dataset, UserError(told.format(error), details=error.details))


def open_or_create(folder: Path) -> Opened:
    """For a folder named on the command line: opens it, or makes a dataset where none is yet."""
    is_free = False
    with suppress(OSError):  # opening it says what is wrong there
        is_free = not (folder / FILE_NAME).exists() and _is_free(folder)
    try:
        return Opened(Dataset.create(folder)) if is_free else open_folder(folder)
    except Damaged as error:  # the window opens, and offers its backup
        return Opened(NoDataset(), error, folder.absolute())


def open_last(recent: list[Path], place: Path, first_name: str) -> Opened:
    """The last dataset that still opens, else the newest in the usual place, else a new one."""
    opened, concern, damaged = _first_that_opens(recent, place)
    return opened or Opened(Dataset.create(free_folder(first_name, place)), concern, damaged)


def open_remembered(recent: list[Path], place: Path) -> Opened:
    """As open_last, but where there is none to open, none is: the window shows its start page."""
    opened, concern, damaged = _first_that_opens(recent, place)
    return opened or Opened(NoDataset(), concern, damaged)


def _first_that_opens(
    recent: list[Path], place: Path
) -> tuple[Opened | None, UserError | None, Path | None]:
    """Also why the first one did not open, or is not quite what it should be, and the folder of the
    last one that was used where that is damaged.
    """
    concern: UserError | None = None
    damaged: Path | None = None
    for folder in dict.fromkeys([*recent, *known_datasets(place)]):
        try:
            opened = open_folder(folder)
        except UserError as error:
            if isinstance(error, Damaged) and concern is None:
                damaged = folder
            concern = concern or error
            continue
        return Opened(opened.dataset, opened.concern or concern, damaged), concern, damaged
    return None, concern, damaged


def introduction(dataset: Dataset, settings: Settings) -> str:
    """A sentence, said once for each dataset, where it comes from somebody else; else empty."""
    if not settings.is_first_time(dataset.folder):
        return ""
    author = other_author(dataset, dataset.folder)
    if author is None:
        return ""
    settings.remember_introduced(dataset.folder)
    told = QCoreApplication.translate(
        "Opening",
        "This dataset comes from {0}. Opening it runs nothing and changes nothing outside its "
        "folder.",
    )
    unnamed = QCoreApplication.translate("Opening", "somebody else")
    return told.format(author or unnamed)


def _is_free(folder: Path) -> bool:
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
