"""The keys of one action: add one by pressing it, take one away; whose key it was is told."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeler.gui import theme
from labeler.gui.key_hint import native_key
from labeler.gui.key_map import MOST_KEYS, Command, KeyMap, canonical


class KeyEditor(QWidget):
    """changed carries the new KeyMap. Nothing changes while a clash waits for its answer."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map = KeyMap(())
        self._command: Command | None = None
        self._wished = ""
        self.title = QLabel(self)
        self.press = QKeySequenceEdit(self)
        self.reset = QPushButton(self.tr("Reset"), self)
        self.clash = QLabel(self)
        self.give = QPushButton(self.tr("Give it to this"), self)
        self.other = QPushButton(self.tr("Choose another"), self)
        self._lay_out()
        self.press.editingFinished.connect(self._take_press)
        self.reset.clicked.connect(self._reset)
        self.give.clicked.connect(self._give)
        self.other.clicked.connect(self._choose_another)

    def show_command(self, key_map: KeyMap, command: Command | None) -> None:
        """None where nothing is marked."""
        self._map, self._command = key_map, command
        is_free = command is not None and not command.fixed
        self.setEnabled(command is not None)
        self.title.setText(command.text if command else self.tr("Choose an action above."))
        self._show_keys(key_map.keys()[command.name] if command and is_free else ())
        self.press.setEnabled(is_free)
        self.reset.setEnabled(is_free and command is not None and self._differs(command))
        self._say(
            self.tr("The picture itself takes these keys; they cannot be changed.")
            if command is not None and command.fixed
            else ""
        )

    def offer(self, key: str) -> None:
        """A key was pressed, in Qt's words. It is taken if it is free, else its owner is told."""
        wished, command = canonical(key), self._command
        self._clear_press()
        if command is None or command.fixed:
            return
        keys = self._map.keys()[command.name]
        if wished is None:
            self._say(self.tr("This key cannot be used. Choose another."))
        elif wished in keys:
            self._say(self.tr("{0} means that already.").format(native_key(wished)))
        elif len(keys) >= MOST_KEYS:
            self._say(self.tr("{0} keys are enough. Take one away first.").format(MOST_KEYS))
        else:
            self._wish(command, wished)

    def _wish(self, command: Command, key: str) -> None:
        holders = self._map.holders(command.name, key)
        if not holders:
            self.changed.emit(self._map.given(command.name, key))
            return
        shown, fixed = native_key(key), [each for each in holders if each.fixed]
        names = self.tr(" and ").join(f'"{each.text}"' for each in fixed or holders)
        if fixed:
            self._say(self.tr("{0} stays with {1}. Choose another.").format(shown, names))
            return
        self._say(self.tr("{0} already means {1}.").format(shown, names))
        self._wished = key
        self.give.setText(self.tr("Give {0} to this").format(shown))
        self.give.show()
        self.other.show()
        self.give.setFocus()

    def _give(self) -> None:
        if self._command is not None and self._wished:
            self.changed.emit(self._map.given(self._command.name, self._wished))
            self.press.setFocus()

    def _choose_another(self) -> None:
        self._say("")
        self.press.setFocus()

    def _remove(self, key: str) -> None:
        if self._command is not None:
            self.changed.emit(self._map.removed(self._command.name, key))
            self.press.setFocus()

    def _reset(self) -> None:
        if self._command is not None:
            self.changed.emit(self._map.reset(self._command.name))
            self.press.setFocus()

    def _take_press(self) -> None:
        text = self.press.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if text:
            self.offer(text)

    def _clear_press(self) -> None:
        self.press.clear()
        edit = self.press.findChild(QLineEdit)
        if isinstance(edit, QLineEdit):
            edit.setPlaceholderText(self.tr("Press a key"))  # Qt has another word for it

    def _differs(self, command: Command) -> bool:
        return self._map.keys()[command.name] != command.keys

    def _say(self, sentence: str) -> None:
        self._wished = ""
        self.clash.setText(sentence)
        self.give.hide()
        self.other.hide()

    def _show_keys(self, keys: tuple[str, ...]) -> None:
        while (item := self._keys.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for key in keys:
            shown = native_key(key)
            button = QPushButton(f"{shown}   \N{MULTIPLICATION SIGN}", self)
            button.setAutoDefault(False)
            button.setAccessibleName(self.tr("Take {0} away").format(shown))
            button.setToolTip(button.accessibleName())
            button.clicked.connect(lambda _=False, key=key: self._remove(key))
            self._keys.addWidget(button)
            self._put_before_field(button)

    def _put_before_field(self, button: QPushButton) -> None:
        """For Tab, which would reach it last because it was made last."""
        before = self.press.previousInFocusChain()
        while before is not None and not before.focusPolicy() & Qt.FocusPolicy.TabFocus:
            before = before.previousInFocusChain()
        if before is not None:
            QWidget.setTabOrder(before, button)
            QWidget.setTabOrder(button, self.press)

    def _lay_out(self) -> None:
        self.press.setMaximumSequenceLength(1)
        self.press.setAccessibleName(self.tr("Press a new key"))
        self.press.setToolTip(self.tr("Press the key that this action is to have as well"))
        self.press.setMinimumWidth(140)
        self._clear_press()
        self.reset.setToolTip(self.tr("The keys that this action had at first"))
        self.clash.setWordWrap(True)
        self._keys = QHBoxLayout()
        add = QLabel(self.tr("Add:"), self)
        add.setBuddy(self.press)
        theme.set_role(self.title, "heading")
        line = QHBoxLayout()
        line.addLayout(self._keys)
        line.addWidget(add)
        line.addWidget(self.press)
        line.addStretch(1)
        line.addWidget(self.reset)
        answer = QHBoxLayout()
        answer.addWidget(self.clash, 1)
        for button in (self.give, self.other):
            answer.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        for button in (self.give, self.other, self.reset):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.title)
        column.addLayout(line)
        column.addLayout(answer)
        self._say("")
