"""The cameras to choose from, and how the chosen one is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from labeler.cameras.base import CameraState, CameraStatus
from labeler.cameras.catalogue import CameraChoice
from labeler.cameras.presence import Presence, Sighting
from labeler.gui import times
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import colors

_CHOICE = Qt.ItemDataRole.UserRole + 1
_DETAIL = Qt.ItemDataRole.UserRole + 2
_STATE = Qt.ItemDataRole.UserRole + 3
_DOT = Qt.ItemDataRole.UserRole + 4
_ROW = 27
_LEAST_NAME = 80

_TINTS = {
    CameraState.LIVE: "good",
    CameraState.CONNECTING: "warning",
    CameraState.LOST: "warning",
    CameraState.FAILED: "bad",
}
_SEEN_TINTS = {
    Presence.READY: "good",
    Presence.TAKEN: "warning",
    Presence.NEEDS_TOKEN: "bad",
    Presence.NEEDS_PASSWORD: "warning",
    Presence.ASLEEP: "faint",
    Presence.WRONG_CERTIFICATE: "bad",
    Presence.NOT_THERE: "faint",
    Presence.UNUSABLE: "bad",
}


class CameraList(QListWidget):
    """A click or Return chooses. camera_chosen carries a CameraChoice.

    The others carry the choice of a row whose menu was used: a robot has a new address or is to be
    set up again, a network camera has another address or password or is to leave the list.
    """

    camera_chosen = Signal(object)
    move_requested = Signal(object)
    set_up_requested = Signal(object)
    address_requested = Signal(object)
    removal_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen: CameraChoice | None = None
        self._seen: Mapping[str, Sighting] = {}
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(self.tr("Cameras"))
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)
        keep_keys(self, Qt.Key.Key_Return, Qt.Key.Key_Enter)

    def show_choices(self, choices: list[CameraChoice], chosen: CameraChoice | None) -> None:
        """Replaces the rows; the chosen one is marked."""
        row = self.currentRow() if len(choices) == self.count() else -1
        self.clear()
        self._chosen = chosen
        for choice in choices:
            item = QListWidgetItem(choice.name, self)
            item.setData(_CHOICE, choice)
            self._show_presence(item)
        self.setCurrentRow(row)
        self.setFixedHeight(_ROW * min(8, len(choices)) + 2)

    def show_seen(self, seen: Mapping[str, Sighting]) -> None:
        """How the robots are that are not in use here, by the id of their choice."""
        self._seen = seen
        chosen = self._item_of_chosen()
        for row in range(self.count()):
            item = self.item(row)
            if item is not chosen or item.data(_STATE) in (None, CameraState.FAILED):
                self._show_presence(item)

    def show_status(self, status: CameraStatus) -> None:
        """How the chosen camera is: its dot, and what it tells of itself."""
        item = self._item_of_chosen()
        if item is None:
            return
        item.setData(_STATE, status.state)
        item.setData(_DETAIL, self._figures(status) or self._word(status.state))
        item.setData(_DOT, _TINTS.get(status.state, "faint"))
        choice = item.data(_CHOICE)
        self._tell(item, choice.name, status.message or choice.detail)
        self._name(item)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self.itemAt(event.pos()) or self.currentItem()
        choice = item.data(_CHOICE) if item is not None else None
        if choice is not None and self._offers(choice):
            self.menu_of(choice).popup(event.globalPos())

    def menu_of(self, choice: CameraChoice) -> QMenu:
        """What can be done with a robot that is configured, or a camera with an address."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, signal in self._offers(choice):
            menu.addAction(text).triggered.connect(lambda _checked, wish=signal: wish.emit(choice))
        return menu

    def _offers(self, choice: CameraChoice) -> list[tuple[str, SignalInstance]]:
        """Nothing for the entries that open others, and for what needs nothing."""
        if choice.id == f"{choice.kind}:":
            return []
        return {
            "robot": [
                (self.tr("New address…"), self.move_requested),
                (self.tr("Set up again…"), self.set_up_requested),
            ],
            "network": [
                (self.tr("Address and password…"), self.address_requested),
                (self.tr("Remove from the list"), self.removal_requested),
            ],
        }.get(choice.kind, [])

    def _tell(self, item: QListWidgetItem, *lines: str) -> None:
        """The tooltip; its last line tells what the menu of the row has."""
        offers = [text for text, _ in self._offers(item.data(_CHOICE))]
        hint = self.tr("Right click: {0}").format(", ".join(offers)) if offers else ""
        item.setToolTip("\n".join(filter(None, [*lines, hint])))

    def _show_presence(self, item: QListWidgetItem) -> None:
        choice = item.data(_CHOICE)
        sighting = self._seen.get(choice.id)
        if sighting is None:
            is_there = choice.kind in ("simulated", "webcam")
            item.setData(_DETAIL, "" if choice.id.endswith(":") else choice.detail)
            item.setData(_DOT, "good" if is_there else "faint")
            self._tell(item, choice.name, choice.detail)
        else:
            is_ready = sighting.presence is Presence.READY
            item.setData(_DETAIL, choice.detail if is_ready else self._seen_word(sighting))
            item.setData(_DOT, _SEEN_TINTS[sighting.presence])
            self._tell(item, f"{choice.name}, {choice.detail}", sighting.sentence)
        self._name(item)

    def _seen_word(self, sighting: Sighting) -> str:
        return {
            Presence.TAKEN: self.tr("in use elsewhere"),
            Presence.NEEDS_TOKEN: self.tr("not authorised"),
            Presence.NEEDS_PASSWORD: self.tr("wants a password"),
            Presence.ASLEEP: self.tr("asleep or off"),
            Presence.WRONG_CERTIFICATE: self.tr("wrong certificate"),
            Presence.NOT_THERE: self.tr("not there"),
            Presence.UNUSABLE: self.tr("not set up"),
        }.get(sighting.presence, "")

    def _figures(self, status: CameraStatus) -> str:
        if status.state is not CameraState.LIVE:
            return ""
        rate = times.rate(status.frames_per_second)
        if status.battery is None:
            return rate
        return self.tr("{rate}  {percent} %").format(rate=rate, percent=round(status.battery * 100))

    def _word(self, state: CameraState) -> str:
        return {
            CameraState.CONNECTING: self.tr("connecting"),
            CameraState.LOST: self.tr("reconnecting"),
            CameraState.FAILED: self.tr("not connected"),
            CameraState.CLOSED: self.tr("ended"),
        }.get(state, "")

    def _name(self, item: QListWidgetItem) -> None:
        words = f"{item.text()}, {item.data(_DETAIL)}"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)

    def _item_of_chosen(self) -> QListWidgetItem | None:
        for row in range(self.count()):
            item = self.item(row)
            if self._chosen is not None and item.data(_CHOICE).id == self._chosen.id:
                return item
        return None

    def _choose(self, item: QListWidgetItem) -> None:
        """A second click on a camera that runs would only interrupt it."""
        choice = item.data(_CHOICE)
        if not (self.is_chosen(choice) and _runs(choice, item.data(_STATE))):
            self.camera_chosen.emit(choice)

    def is_chosen(self, choice: CameraChoice) -> bool:
        return self._chosen is not None and choice.id == self._chosen.id


def _runs(choice: CameraChoice, state: CameraState | None) -> bool:
    """Whether a picture is there or comes by itself: a lost webcam's driver may block for ever."""
    if state is CameraState.LOST:
        return choice.kind != "webcam"
    return state in (CameraState.CONNECTING, CameraState.LIVE)


class _Delegate(QStyledItemDelegate):
    """A dot that tells the state, the name, and quietly a detail at the right."""

    def __init__(self, cameras: CameraList) -> None:
        super().__init__(cameras)
        self._cameras = cameras

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(100, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        palette: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, palette, state, index.data(_CHOICE))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(colors(), index.data(_DOT) or "faint")))
        painter.drawEllipse(QPointF(rect.left() + 12, rect.center().y() + 1), 4, 4)
        self._paint_words(painter, rect, palette, index)
        painter.restore()

    def _paint_ground(
        self,
        painter: QPainter,
        rect: QRect,
        palette: QPalette,
        state: QStyle.StateFlag,
        choice: CameraChoice,
    ) -> None:
        ground = palette.color(QPalette.ColorRole.WindowText)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        ground.setAlphaF(0.09 if self._cameras.is_chosen(choice) else 0.04 if over else 0.0)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        accent = palette.color(QPalette.ColorRole.Accent)
        painter.setPen(accent if focused else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(rect.adjusted(0, 1, -1, -1), 4, 4)

    def _paint_words(
        self,
        painter: QPainter,
        rect: QRect,
        palette: QPalette,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        inside = rect.adjusted(24, 0, -8, 0)
        metrics = painter.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        name, detail = str(index.data()), str(index.data(_DETAIL) or "")
        width = metrics.horizontalAdvance(f"  {detail}") if detail else 0
        if inside.width() - width < _LEAST_NAME:  # half a detail would tell nothing
            width, detail = 0, ""
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        name = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, inside.width() - width)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, detail)
