"""The button at the top left with the dataset's name, its menu, and the dialogs behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QToolButton, QWidget

from labeler.dataset.coco_places import images_folder_of, is_zip
from labeler.dataset.foreign_labels import why_not_coco
from labeler.errors import UserError
from labeler.gui import theme
from labeler.gui.background import run_in_background
from labeler.gui.dataset_actions import DatasetActions
from labeler.gui.decimal_field import ask_decimal
from labeler.gui.document import Document
from labeler.gui.icons import icon
from labeler.gui.restore_dialog import Offer, choose_backup, look_for_newest, offer_newest
from labeler.gui.settings import Settings
from labeler.gui.workspace import Action

_WIDEST_NAME = 180
"""Device-independent pixels: a long name would make the window wider than its screen."""


class DatasetMenu(QToolButton):
    """Asks for names and places, and hands them to the dataset's actions.

    appearance_chosen carries "light", "dark" or "system"; start_requested asks for the start page,
    palette_requested for the command palette, history_requested for the history.
    key_of gives the key of one of its actions, by the name that it has in every workspace;
    fill_help puts the entries of the help menu into its submenu.
    """

    appearance_chosen = Signal(str)
    start_requested = Signal()
    history_requested = Signal()
    palette_requested = Signal()

    def __init__(
        self,
        document: Document,
        actions: DatasetActions,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._actions = actions
        self._settings = settings
        self.key_of: Callable[[str], str] = lambda name: ""
        self.fill_help: Callable[[QMenu], object] = lambda menu: None
        self._widest = _WIDEST_NAME
        theme.set_role(self, "pill")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMenu(QMenu(self))
        self.menu().aboutToShow.connect(self._fill)
        self.setToolTip(self.tr("The dataset: open, import, export"))
        document.dataset_opened.connect(self.show_name)
        actions.damaged.connect(self._ask_after_damage, Qt.ConnectionType.QueuedConnection)
        self.show_name()

    def set_narrow(self, is_narrow: bool) -> None:
        """In a narrow window the name takes less room."""
        self._widest = _WIDEST_NAME // 2 if is_narrow else _WIDEST_NAME
        self.show_name()

    def show_name(self) -> None:
        dataset = self._document.dataset
        name = dataset.name if self._document.has_dataset else self.tr("No dataset")
        if self._document.is_locked:
            name = self.tr("{0} (read-only)").format(name)
        shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, self._widest)
        self.setText(f"{_plain(shown)} \N{BLACK DOWN-POINTING SMALL TRIANGLE}")
        self.setAccessibleName(self.tr("Dataset {0}").format(name))

    def actions_table(self) -> list[Action]:
        """Their keys work in every workspace."""
        locked = self._why_locked
        return [
            Action("new_dataset", self.tr("New dataset…"), ("Ctrl+N",), self.ask_new),
            Action("open_dataset", self.tr("Open dataset…"), ("Ctrl+O",), self.ask_open),
            Action(
                "import_pictures",
                self.tr("Import pictures…"),
                ("Ctrl+I",),
                self.ask_pictures,
                obstacle=locked,
            ),
            Action(
                "import_folder",
                self.tr("Import a folder of pictures…"),
                (),
                self.ask_picture_folder,
                obstacle=locked,
            ),
            Action("import_video", self.tr("Import a video…"), (), self.ask_video, obstacle=locked),
            Action("import_coco", self.tr("Import COCO…"), (), self.ask_coco, obstacle=locked),
            Action(
                "export_coco",
                self.tr("Export COCO…"),
                ("Ctrl+E",),
                self.ask_export,
                obstacle=self._why_none,
            ),
            Action(
                "check",
                self.tr("Check the dataset"),
                (),
                self._actions.check,
                obstacle=self._why_none,
            ),
            Action(
                "restore",
                self.tr("Restore from a backup…"),
                (),
                self.ask_restore,
                obstacle=lambda: self._why_none() or locked(),
            ),
            Action(
                "close_dataset",
                self.tr("Close the dataset"),
                (),
                self._actions.close,
                obstacle=self._why_none,
            ),
            *(
                Action(
                    f"appearance_{value}",
                    self.tr("Appearance: {0}").format(text),
                    (),
                    partial(self.appearance_chosen.emit, value),
                )
                for value, text in self._appearances()
            ),
        ]

    def ask_new(self) -> None:
        told = self.tr("What is it about? The dataset gets this name.")
        name, wished = QInputDialog.getText(self.window(), self.tr("New dataset"), told)
        if wished and name.strip():
            self._actions.create(name.strip())

    def ask_open(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self.window(), self.tr("Open a dataset's folder"), str(self._settings.datasets_folder)
        )
        if folder:
            self._actions.open(Path(folder))

    def ask_pictures(self) -> None:
        if self._why_locked():
            self._document.say(self._why_locked())
        elif files := self._ask_files():
            self._actions.add_pictures(files)

    def _ask_files(self) -> list[Path]:
        from labeler.dataset.picture import (
            SUFFIXES,
        )  # brings Pillow, which the window can do without

        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        files, _ = QFileDialog.getOpenFileNames(
            self.window(),
            self.tr("Import pictures"),
            self._settings.last_folder,
            self.tr("Pictures ({0})").format(patterns),
        )
        if files:
            self._remember(Path(files[0]).parent)
        return [Path(file) for file in files]

    def ask_pictures_of_new(self) -> None:
        """Files that become a dataset of their own."""
        if files := self._ask_files():
            self._begin_anew(files)

    def ask_folder_of_new(self) -> None:
        """A folder of pictures that becomes a dataset of its own."""
        if folder := self._ask_folder(self.tr("Choose a folder of pictures")):
            self._begin_anew([folder])

    def _begin_anew(self, paths: list[Path]) -> None:
        if self._document.has_dataset:
            self._actions.close()
        if not self._document.has_dataset:
            self._actions.add_pictures(paths)

    def ask_picture_folder(self) -> None:
        folder = self._ask_folder(self.tr("Import a folder of pictures"))
        if folder:
            self._actions.add_pictures([folder])

    def ask_video(self) -> None:
        from labeler.cameras.video_import import SUFFIXES

        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        file, _ = QFileDialog.getOpenFileName(
            self.window(),
            self.tr("Import a video"),
            self._settings.last_folder,
            self.tr("Videos ({0})").format(patterns),
        )
        if file:
            self._remember(Path(file).parent)
            self.import_video(Path(file))

    def import_video(self, video: Path) -> None:
        """Asks how many pictures a second it is to give."""
        from labeler.cameras.video_import import MOST_PER_SECOND, PER_SECOND

        rate = ask_decimal(
            self.window(),
            self.tr("Import {0}").format(video.name),
            self.tr("Pictures for each second of the video"),
            PER_SECOND,
            0.01,
            MOST_PER_SECOND,
        )
        if rate is not None:
            self._actions.add_video(video, rate)

    def ask_coco(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self.window(),
            self.tr("Import a COCO file"),
            self._settings.last_folder,
            self.tr("COCO annotations, or a zip with them (*.json *.zip)"),
        )
        if file:
            self._remember(Path(file).parent)
            self.import_coco(Path(file))

    def import_coco(self, file: Path) -> None:
        """Asks where its pictures are, unless they are beside it, or all of it is in a zip."""
        if is_zip(file):
            self._actions.import_coco(file)
            return
        if fault := why_not_coco(file):  # before anything is asked
            self._document.report(UserError(fault))
            return
        images = images_folder_of(file) or self._ask_folder(
            self.tr("Where are the pictures of {0}?").format(file.name)
        )
        if images:
            self._actions.import_coco(file, images)

    def ask_export(self) -> None:
        """Any name is a folder; one that ends in .zip is a zip."""
        if self._why_none():
            self._document.say(self._why_none())
            return
        place = Path(self._settings.last_folder) / f"{self._document.dataset.name} coco.zip"
        file, _ = QFileDialog.getSaveFileName(
            self.window(),
            self.tr("Export as COCO"),
            str(place),
            self.tr("A zip file (*.zip);;A folder (*)"),
        )
        if file:
            self._remember(Path(file).parent)
            self._actions.export(Path(file))

    def ask_restore(self) -> None:
        """Which backup, and whether really; what is there now is kept aside."""
        from labeler.dataset.backups import backups_of

        folder = self._document.dataset.folder
        if not backups_of(folder):
            self._document.say(self.tr("There is no backup yet: one is made a day."))
            return
        name = choose_backup(self.window(), folder)
        if name:
            self._restore(folder, name)

    def _ask_after_damage(self, folder: Path) -> None:
        """Its backups are read on a worker."""
        run_in_background(
            lambda _report, _should_stop: look_for_newest(folder),
            on_done=partial(self._offer_backup, folder),
            on_error=self._tell_no_backup,
            owner=self,
        )

    def _offer_backup(self, folder: Path, offer: Offer | None) -> None:
        name = offer_newest(self.window(), folder, offer) if offer is not None else ""
        if name:
            self._restore(folder, name)

    def _tell_no_backup(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)

    def _restore(self, folder: Path, backup_name: str) -> None:
        window = self.window()
        # Nothing is painted from the dataset that is closed before the restored one is open.
        window.setUpdatesEnabled(False)
        try:
            self._actions.restore(folder, backup_name)
        finally:
            window.setUpdatesEnabled(True)

    def _ask_folder(self, title: str) -> Path | None:
        folder = QFileDialog.getExistingDirectory(self.window(), title, self._settings.last_folder)
        if not folder:
            return None
        self._remember(Path(folder))
        return Path(folder)

    def _remember(self, folder: Path) -> None:
        self._settings.last_folder = str(folder)

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        self._add(menu, self.tr("New…"), self.ask_new, "new_dataset", "new")
        self._add(menu, self.tr("Open…"), self.ask_open, "open_dataset", "open")
        recent = menu.addMenu(icon("recent"), self.tr("Open recent"))
        for folder in self._settings.recent_datasets():
            if folder != self._document.dataset.folder:
                self._add(recent, _plain(folder.name), partial(self._actions.open, folder))
        recent.setEnabled(not recent.isEmpty())
        self._add(menu, self.tr("Start page"), self.start_requested.emit, "start_page", "home")
        is_open, writable = self._document.has_dataset, not self._document.is_locked
        close = self._add(
            menu, self.tr("Close dataset"), self._actions.close, "close_dataset", "close"
        )
        close.setEnabled(is_open)
        menu.addSeparator()
        for text, slot, action, drawing in (
            (self.tr("Import pictures…"), self.ask_pictures, "import_pictures", "pictures"),
            (
                self.tr("Import a folder of pictures…"),
                self.ask_picture_folder,
                "import_folder",
                "open",
            ),
            (self.tr("Import a video…"), self.ask_video, "import_video", "video"),
            (self.tr("Import COCO…"), self.ask_coco, "import_coco", "import"),
        ):
            self._add(menu, text, slot, action, drawing).setEnabled(writable)
        menu.addSeparator()
        export = self._add(menu, self.tr("Export COCO…"), self.ask_export, "export_coco", "export")
        export.setEnabled(is_open)
        self._add_capture_choice(menu)
        check = self._add(menu, self.tr("Check"), self._actions.check, "check", "shield")
        check.setEnabled(is_open)
        history = self._add(
            menu, self.tr("History"), self.history_requested.emit, "history", "recent"
        )
        history.setEnabled(is_open)
        restore = self._add(
            menu, self.tr("Restore from a backup…"), self.ask_restore, "restore", "restore"
        )
        restore.setEnabled(is_open and writable)
        menu.addSeparator()
        self._add_appearances(menu.addMenu(icon("appearance"), self.tr("Appearance")))
        find = self.tr("Find an action…")
        self._add(menu, find, self.palette_requested.emit, "palette", "search")
        self.fill_help(menu.addMenu(icon("help"), self.tr("Help")))

    def _add_capture_choice(self, menu: QMenu) -> None:
        action = menu.addAction(self.tr("Exports tell time, session, robot and exposure"))
        action.setCheckable(True)
        action.setChecked(self._settings.exports_capture)
        action.triggered.connect(self._choose_capture)

    def _choose_capture(self, is_told: bool) -> None:
        self._settings.exports_capture = is_told

    def _add_appearances(self, menu: QMenu) -> None:
        for value, text in self._appearances():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(value == self._settings.appearance)
            action.triggered.connect(partial(self.appearance_chosen.emit, value))

    def _appearances(self) -> tuple[tuple[str, str], ...]:
        return (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        )

    def _why_locked(self) -> str:
        return self.tr("This dataset is read-only.") if self._document.is_locked else ""

    def _why_none(self) -> str:
        return "" if self._document.has_dataset else self.tr("No dataset is open.")

    def _add(
        self,
        menu: QMenu,
        text: str,
        slot: Callable[[], object],
        name: str = "",
        drawing: str = "",
    ) -> QAction:
        action = menu.addAction(text)
        key = self.key_of(f"everywhere.{name}") if name else ""
        if drawing:
            action.setIcon(icon(drawing))
        action.triggered.connect(lambda: slot())
        if key:  # shown only: the key itself is a shortcut of the window
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        return action


def _plain(name: str) -> str:
    """As a button or a menu shows it: to them & marks a key."""
    return name.replace("&", "&&")
