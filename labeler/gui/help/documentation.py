"""The documentation in a window of its own: the pages of docs/, which every installation has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QImage, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QTextBrowser,
    QWidget,
)

from labeler.gui import theme
from labeler.gui.open_outside import open_outside

_PLACES = (Path(__file__).parents[3] / "docs", Path(__file__).parents[2] / "docs")
"""In a checkout, and beside the code where it was installed: there without pictures (11 MB)."""
_ORDER = ("connecting", "collecting", "driving", "labelling", "training", "preview", "voting")
"""These pages come first, as one needs them; the others follow by their titles."""
_LIST = 260
_SIZE = QSize(980, 700)
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)[^)]*\)")
_PAGE = Qt.ItemDataRole.UserRole


class Documentation(QWidget):
    """A list of the pages, and the one that is read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Documentation"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Pages"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFixedWidth(_LIST)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.set_role(self.list, "list")
        self.page = _Page(self)
        self.page.setAccessibleName(self.tr("Page"))
        self.page.anchorClicked.connect(self._follow)
        for file in pages():
            item = QListWidgetItem(title_of(file), self.list)
            item.setData(_PAGE, file)
        self.list.currentItemChanged.connect(self._show)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.addWidget(self.list)
        row.addWidget(self.page, 1)
        self.resize(_SIZE.boundedTo(parent.size()))
        self.list.setCurrentRow(0)
        if not self.list.count():
            self.page.setPlainText(self.tr("This installation has no documentation."))

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.page.show_file(item.data(_PAGE))

    def _follow(self, link: QUrl) -> None:
        """To another page of the list, within the page, or to the browser."""
        if link.scheme():
            open_outside(link, self._tell, self)
            return
        wanted = Path(link.path()).name
        for row in range(self.list.count()):
            if wanted and self.list.item(row).data(_PAGE).name == wanted:
                self.list.setCurrentRow(row)
        if link.hasFragment():
            self.page.scrollToAnchor(link.fragment())

    def _tell(self, sentence: str) -> None:
        told = QMessageBox(self)
        told.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        told.setWindowTitle(self.windowTitle())
        told.setText(sentence)
        told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        told.open()


class _Page(QTextBrowser):
    """Markdown; pictures are no wider than the page, and long lines of commands are broken."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = Path()
        self.setOpenLinks(False)
        # One that comes with the text would leave the text wider than what is shown of it.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        theme.set_role(self, "page")

    def show_file(self, file: Path) -> None:
        self._folder = file.parent
        text = file.read_text(encoding="utf-8")
        self.setMarkdown(_PICTURE.sub(self._if_there, text))
        self._break_lines()

    def _break_lines(self) -> None:
        block = self.document().begin()
        while block.isValid():
            shape = block.blockFormat()
            if shape.nonBreakableLines():
                shape.setNonBreakableLines(False)
                QTextCursor(block).setBlockFormat(shape)
            block = block.next()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802 - Qt's name
        name = QUrl(name)
        if kind != QTextDocument.ResourceType.ImageResource.value or name.scheme():
            return super().loadResource(kind, name)
        picture = QImage(str(self._folder / name.path()))
        widest = max(200, self.viewport().width() - 64)
        if picture.width() > widest:
            picture = picture.scaledToWidth(widest, Qt.TransformationMode.SmoothTransformation)
        return picture

    def _if_there(self, picture: re.Match[str]) -> str:
        return picture.group() if (self._folder / picture.group(1)).is_file() else ""


def pages() -> list[Path]:
    """The files of the documentation, in the order of the list; none where there is none."""
    folder = next((place for place in _PLACES if (place / "glossary.md").is_file()), None)
    if folder is None:
        return []
    rank = {f"{name}.md": place for place, name in enumerate(_ORDER)}
    return sorted(folder.glob("*.md"), key=lambda file: (rank.get(file.name, 99), title_of(file)))


def title_of(file: Path) -> str:
    """The first heading of a page."""
    with file.open(encoding="utf-8") as lines:
        return next(lines).removeprefix("#").strip() or file.stem
