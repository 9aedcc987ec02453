"""The dialog in which every action gets the keys that a person wants, each kept at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeler.errors import UserError
from labeler.gui import theme
from labeler.gui.key_editor import KeyEditor
from labeler.gui.key_hint import native_key
from labeler.gui.key_map import Changes, Command, KeyMap
from labeler.gui.key_map_file import read_key_map, write_key_map
from labeler.gui.key_presets import PRESETS
from labeler.gui.word_match import fit
from labeler.gui.written_bar import WrittenBar

_NAME = Qt.ItemDataRole.UserRole
_SIZE = (720, 620)


class KeyDialog(QDialog):
    """Lists every action by its place with its keys, and edits those of the marked one."""

    def __init__(
        self,
        key_map: KeyMap,
        titles: Mapping[str, str],
        store: Callable[[Changes], None],
        parent: QWidget,
    ) -> None:
        """titles: of the places, in the order of the list. store keeps and applies the changes,
        and raises UserError where it cannot."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._map = key_map
        self._titles = titles
        self._store = store
        self.field = QLineEdit(self)
        self.tree = QTreeWidget(self)
        self.editor = KeyEditor(self)
        self.note = QLabel(self)
        self.written = WrittenBar(self)
        self._tops: dict[str, QTreeWidgetItem] = {}
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._lay_out(parent)
        self._fill_tree()
        self.field.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._show_current)
        self.editor.changed.connect(self._take)
        self.written.said.connect(self._say)
        self._show_current()

    def select(self, name: str) -> None:
        """Marks an action by its name."""
        self.tree.setCurrentItem(self._rows[name])

    def import_from(self, file: Path) -> None:
        """Takes the keys of a file as a whole. A fault is told, and nothing changes then."""
        try:
            read = KeyMap(self._map.commands, read_key_map(file))
            _refuse_double(read, file)
        except UserError as error:
            self._say(str(error), is_bad=True)
            return
        sentence = self.tr("The keys of {0} are in use.").format(file.name)
        unknown = read.unknown()
        if unknown:
            named = ", ".join(unknown[:3]) + (", …" if len(unknown) > 3 else "")
            sentence += " " + self.tr(
                "Not known here, and kept for a program that knows them: {0}."
            ).format(named)
        self._take(read, sentence)

    def export_to(self, file: Path) -> None:
        """Writes what differs from the defaults."""
        try:
            write_key_map(file, self._map.changes)
        except UserError as error:
            self._say(str(error), is_bad=True)
        else:
            self._say("")
            self.written.show_written(file, self.tr("Exported the keys."))

    def use_preset(self, program: str) -> None:
        """The keys of another program, as far as they differ from the defaults."""
        preset = KeyMap(self._map.commands, PRESETS[program])
        self._take(preset, self.tr("The keys are as in {0} now.").format(program))

    def reset_all(self) -> None:
        """Every action gets the keys that it had at first."""
        self._take(KeyMap(self._map.commands), self.tr("All keys are as they were at first."))

    def _take(self, key_map: KeyMap, sentence: str = "") -> None:
        try:
            self._store(key_map.changes)
        except UserError as error:
            self._say(str(error), is_bad=True)
            return
        self._map = key_map
        self._say(sentence)
        self._show_keys()
        self._show_current()

    def _say(self, sentence: str, *, is_bad: bool = False) -> None:
        theme.set_role(self.note, "bad" if is_bad else "faint")
        self.note.setText(sentence)

    def _fill_tree(self) -> None:
        for place, title in self._titles.items():
            top = QTreeWidgetItem(self.tree, [title])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = top.font(0)
            font.setBold(True)
            top.setFont(0, font)
            for command in self._map.commands:
                if command.place == place:
                    row = QTreeWidgetItem(top, [command.text])
                    row.setData(0, _NAME, command.name)
                    self._rows[command.name] = row
            self._tops[place] = top
        self._show_keys()
        self.tree.expandAll()
        self._filter("")

    def _show_keys(self) -> None:
        keys = self._map.keys()
        for command in self._map.commands:
            row, own = self._rows[command.name], keys[command.name]
            words = command.shown or ", ".join(native_key(key) for key in own)
            row.setText(1, words)
            row.setText(2, _state(command, own, self.tr("fixed"), self.tr("changed")))
            spoken = f"{command.text}, {words}, {row.text(2)}".strip(" ,")
            row.setData(0, Qt.ItemDataRole.AccessibleTextRole, spoken)

    def _show_current(self, *_: object) -> None:
        item = self.tree.currentItem()
        name = item.data(0, _NAME) if item is not None else None
        named = (command for command in self._map.commands if command.name == name)
        self.editor.show_command(self._map, next(named, None))

    def _filter(self, query: str) -> None:
        for top in self._tops.values():
            top.setHidden(True)
        for name, row in self._rows.items():
            top = self._tops[name.partition(".")[0]]
            is_found = fit(query, row.text(0), f"{row.text(1)} {top.text(0)}") is not None
            row.setHidden(not is_found)
            top.setHidden(top.isHidden() and not is_found)
        found = [row for row in self._rows.values() if not row.isHidden()]
        if found and self.tree.currentItem() not in found:
            self.tree.setCurrentItem(found[0])

    def _ask_import(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, self.tr("Import keys"), str(Path.home()), self.tr("Keys (*.json)")
        )
        if file:
            self.import_from(Path(file))

    def _ask_export(self) -> None:
        place = str(Path.home() / "vector-labeler-keys.json")
        file, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export keys"), place, self.tr("Keys (*.json)")
        )
        if file:
            self.export_to(Path(file))

    def _ask_reset(self) -> None:
        question = self.tr("Give every action the keys that it had at first?")
        if QMessageBox.question(self, self.tr("Reset all"), question) is _YES:
            self.reset_all()

    def _button(self, text: str, slot: Callable[[], None] | None = None) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        if slot is not None:
            button.clicked.connect(slot)
        return button

    def _preset_button(self) -> QPushButton:
        button = self._button(self.tr("As in another program"))
        button.setToolTip(self.tr("Keys for people who are used to another program"))
        button.setAccessibleName(self.tr("Keys as in another program"))
        menu = QMenu(button)
        for program in PRESETS:
            menu.addAction(program, partial(self.use_preset, program))
        button.setMenu(menu)
        return button

    def _lay_out(self, parent: QWidget) -> None:
        self.field.setPlaceholderText(self.tr("Find an action or a key"))
        self.field.setAccessibleName(self.tr("Find an action"))
        self.field.setClearButtonEnabled(True)
        self.tree.setAccessibleName(self.tr("Actions and their keys"))
        self.tree.setHeaderLabels([self.tr("Action"), self.tr("Keys"), ""])
        header, mode = self.tree.header(), QHeaderView.ResizeMode
        for at, its_mode in enumerate((mode.Stretch, mode.Stretch, mode.ResizeToContents)):
            header.setSectionResizeMode(at, its_mode)
        header.setStretchLastSection(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setStyleSheet("QTreeView::item { padding: 3px 0; }")
        self.note.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self._button(self.tr("Reset all…"), self._ask_reset))
        buttons.addWidget(self._preset_button())
        buttons.addWidget(self._button(self.tr("Import…"), self._ask_import))
        buttons.addWidget(self._button(self.tr("Export…"), self._ask_export))
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        box.rejected.connect(self.reject)
        for close in box.findChildren(QPushButton):
            close.setAutoDefault(False)
        buttons.addStretch(1)
        buttons.addWidget(box)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(self.field)
        column.addWidget(self.tree, 1)
        column.addWidget(self.editor)
        column.addWidget(self.note)
        column.addWidget(self.written)
        column.addLayout(buttons)
        self.resize(min(_SIZE[0], parent.width()), min(_SIZE[1], parent.height()))


_YES = QMessageBox.StandardButton.Yes


def _state(command: Command, keys: tuple[str, ...], fixed: str, changed: str) -> str:
    if command.fixed:
        return fixed
    return changed if keys != command.keys else ""


def _refuse_double(read: KeyMap, file: Path) -> None:
    double = read.double()
    if double is not None:
        key, first, second = double
        told = QCoreApplication.translate(
            "KeyDialog", '{0} gives {1} to two actions: "{2}" and "{3}". Nothing was changed.'
        )
        raise UserError(told.format(file, key, first.text, second.text))
