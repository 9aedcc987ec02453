"""The question mark at the top right: keys, documentation, start page, log, and About."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from labeler.gui import theme
from labeler.gui.excepthook import log_file
from labeler.gui.icons import icon
from labeler.gui.open_outside import open_outside
from labeler.gui.workspace import Action


class HelpMenu(QToolButton):
    """keys_requested asks for the page of keys, start_requested for the start page.

    failed carries a sentence with the place of what could not be opened. key_of: as for the
    dataset menu.
    """

    keys_requested = Signal()
    start_requested = Signal()
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key_of: Callable[[str], str] = lambda name: ""
        self.setText("?")
        self.setAccessibleName(self.tr("Help"))
        self.setToolTip(self.tr("Help: keys, documentation, versions"))
        theme.set_role(self, "pill")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMenu(QMenu(self))
        self.menu().aboutToShow.connect(lambda: self.fill(self.menu()))

    def actions_table(self) -> list[Action]:
        """The keys themselves are told by an action of the window."""
        return [
            Action("start_page", self.tr("Start page"), (), self.start_requested.emit),
            Action("documentation", self.tr("Documentation"), (), self.show_documentation),
            Action("log", self.tr("Show the log"), (), self.show_log),
            Action("about", self.tr("About Vector Labeler"), (), self.show_about),
        ]

    def fill(self, menu: QMenu) -> None:
        """Also for the submenu of a window that is too narrow for the question mark."""
        menu.clear()
        for text, slot, drawing, action in (
            (self.tr("Keys"), self.keys_requested.emit, "keys", "keys"),
            (self.tr("Documentation"), self.show_documentation, "book", "documentation"),
            (self.tr("Start page"), self.start_requested.emit, "home", "start_page"),
            (self.tr("Show the log"), self.show_log, "log", "log"),
            (self.tr("About Vector Labeler"), self.show_about, "info", "about"),
        ):
            entry = self._added(menu, text, slot)
            entry.setIcon(icon(drawing))
            if key := self.key_of(f"everywhere.{action}"):  # shown only, as in the dataset's menu
                entry.setShortcut(QKeySequence(key))
                entry.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

    def _added(self, menu: QMenu, text: str, slot: Callable[[], object]) -> QAction:
        entry = menu.addAction(text)
        entry.triggered.connect(lambda: slot())
        return entry

    def show_documentation(self) -> None:
        from labeler.gui.help.documentation import Documentation

        window = self.window()
        shown = window.findChild(Documentation) or Documentation(window)
        shown.show()
        shown.activateWindow()

    def show_about(self) -> None:
        from labeler.gui.help.about import About

        About(log_file(), self.window()).show()

    def show_log(self) -> None:
        """Its folder, where nothing was written yet."""
        file = log_file()
        place = file if file.is_file() else _nearest(file)
        told = self.tr("The log is {0}.").format(file)
        open_outside(place, lambda words: self.failed.emit(f"{words} {told}"), self)


def _nearest(file: Path) -> Path:
    return next(folder for folder in file.parents if folder.is_dir())
