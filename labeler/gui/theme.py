"""How the window looks: Fusion, one palette light and one dark, one accent, one style sheet."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from labeler.gui.icons import file_of
from labeler.gui.plain_words import PlainWords


@dataclass(frozen=True, slots=True)
class Colors:
    """Every colour of the interface, as "#rrggbb". Colours of categories are data, not these.

    window: bars and panels; ground: behind pictures; field: where one types; raised: hovered or
    chosen rows; line: hairlines; faint: second-rank text; on_accent, on_bad: text on these.
    """

    window: str
    ground: str
    field: str
    raised: str
    line: str
    text: str
    faint: str
    accent: str
    accent_over: str
    on_accent: str
    good: str
    warning: str
    bad: str
    on_bad: str


LIGHT = Colors(
    window="#ffffff",
    ground="#eef0f3",
    field="#ffffff",
    raised="#e9ecef",
    line="#d8dce1",
    text="#1b1e22",
    faint="#626a73",
    accent="#097c8e",
    accent_over="#076878",
    on_accent="#ffffff",
    good="#238549",
    warning="#b86e00",
    bad="#c8372d",
    on_bad="#ffffff",
)
DARK = Colors(
    window="#25282d",
    ground="#1a1b1f",
    field="#1b1d21",
    raised="#32353c",
    line="#3a3e45",
    text="#e8eaed",
    faint="#9aa1a9",
    accent="#19b7c9",
    accent_over="#3cc8d7",
    on_accent="#06262b",
    good="#3fb56f",
    warning="#e8a33d",
    bad="#f0685c",
    on_bad="#2b0906",
)

SPACE = 8
"""The unit of distance between things, in device-independent pixels."""


def is_dark() -> bool:
    """Whether the window is dark now: as the system is, or as the person asked."""
    return QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


def colors() -> Colors:
    """The colours in use now. Ask again when a widget gets a PaletteChange."""
    return DARK if is_dark() else LIGHT


def install(application: QApplication) -> None:
    """Gives the application its looks and follows the system between light and dark."""
    application.setStyle(PlainWords())
    hints = application.styleHints()
    hints.colorSchemeChanged.connect(lambda scheme: use(application, _of_scheme(scheme)))
    use(application, _of_scheme(hints.colorScheme()))


def choose(application: QApplication, appearance: str) -> None:
    """appearance: "light", "dark", or "system" to follow the desktop."""
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
    scheme = schemes.get(appearance, Qt.ColorScheme.Unknown)
    hints = application.styleHints()
    hints.setColorScheme(scheme)
    # Not every desktop's plugin can be told; the person's wish counts all the same.
    follows = scheme == Qt.ColorScheme.Unknown
    use(application, _of_scheme(hints.colorScheme() if follows else scheme))


def use(application: QApplication, scheme: Colors) -> None:
    """Sets palette and style sheet at once, so that nothing is half light and half dark."""
    application.setPalette(_palette(scheme))
    application.setStyleSheet(_sheet(scheme))


def set_role(widget: QWidget, role: str) -> None:
    """Marks a widget for the style sheet: "primary", "heading", "faint", "flat", "panel", ..."""
    widget.setProperty("role", role)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def pad_field(field: QAbstractSpinBox) -> None:
    """Gives a number field the room at its sides that a style sheet cannot give it."""
    edit = field.findChild(QLineEdit)
    if isinstance(edit, QLineEdit):
        edit.setTextMargins(7, 0, 7, 0)


def _of_scheme(scheme: Qt.ColorScheme) -> Colors:
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def _palette(scheme: Colors) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(scheme.window))
    for where, color in {
        role.Window: scheme.window,
        role.Base: scheme.field,
        role.AlternateBase: scheme.ground,
        role.Button: scheme.window,
        role.Dark: scheme.ground,
        role.Mid: scheme.line,
        role.Midlight: scheme.raised,
        role.Text: scheme.text,
        role.WindowText: scheme.text,
        role.ButtonText: scheme.text,
        role.PlaceholderText: scheme.faint,
        role.Highlight: scheme.accent,
        role.HighlightedText: scheme.on_accent,
        role.Accent: scheme.accent,
        role.Link: scheme.accent,
        role.ToolTipBase: scheme.raised,
        role.ToolTipText: scheme.text,
    }.items():
        palette.setColor(where, QColor(color))
    for where in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(scheme.faint))
    return palette


def _sheet(scheme: Colors) -> str:
    values = {name: getattr(scheme, name) for name in Colors.__slots__}
    sheet = Template(_SHEET).substitute(values)
    tick = "tick-dark" if scheme is DARK else "tick-light"
    for name, part in (("chevron-down", _CHEVRON), (tick, _TICK)):
        if drawing := file_of(name):
            sheet += Template(part).substitute(values, file=drawing.as_posix())
    return sheet


_SHEET = """
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 6px; }
QPushButton, QToolButton {
    background: $window; color: $text; border: 1px solid $line; border-radius: 5px;
    padding: 6px 12px;
}
QPushButton:hover, QToolButton:hover { background: $raised; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:disabled, QToolButton:disabled { color: $faint; background: $window; }
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton:checked, QToolButton:checked { background: $raised; border-color: $accent; }
QPushButton:checked:focus, QToolButton:checked:focus { border-color: $text; }
QPushButton[role="primary"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[role="primary"]:hover { background: $accent_over; }
QPushButton[role="primary"]:focus { border: 2px solid $text; padding: 5px 11px; }
QPushButton[role="primary"]:disabled { background: $raised; color: $faint; border-color: $line; }
QPushButton[role="narrow"] { padding: 5px 2px; }
QPushButton[role="recording"] {
    background: $bad; color: $on_bad; border-color: $bad; font-weight: 600;
}
QPushButton[role="recording"]:focus { border: 2px solid $text; padding: 5px 11px; }
QPushButton[role="flat"], QToolButton[role="flat"] { border-color: transparent; padding: 4px; }
QPushButton[role="flat"]:focus, QToolButton[role="flat"]:focus { border-color: $accent; }
QPushButton[role="pill"], QToolButton[role="pill"] { border-radius: 13px; padding: 4px 12px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QFileDialog QToolButton { padding: 2px; }
QPushButton[role="choice"] { border-radius: 8px; padding: 0; text-align: left; }
QPushButton[role="choice"]:focus { border: 2px solid $accent; }
QLabel[role="choice"] { font-size: 15px; font-weight: 600; }
QToolButton::menu-indicator { image: none; width: 0; }
QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
    background: $field; color: $text; border: 1px solid $line; border-radius: 5px;
    padding: 5px 8px; selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $faint;
}
QToolButton { padding: 5px 12px 4px; }
QAbstractSpinBox { padding: 3px 8px 4px; }
QListView[role="list"] {
    background: $field; border: 1px solid $line; border-radius: 5px; padding: 4px;
}
QListView[role="list"]:focus { border-color: $accent; }
QListView[role="list"]::item { padding: 4px 2px; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
    border-color: $accent;
}
QCheckBox, QRadioButton { border: 1px solid transparent; border-radius: 4px; padding: 1px 3px; }
QCheckBox:focus, QRadioButton:focus { border-color: $accent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: 0; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $faint; }
QComboBox::drop-down { border: 0; width: 20px; }
QComboBox QAbstractItemView {
    background: $field; border: 1px solid $line; outline: 0;
    selection-background-color: $raised; selection-color: $text;
}
QMenu { background: $window; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $raised; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QAbstractItemView { border: 1px solid transparent; outline: 0; background: $window; }
QAbstractItemView:focus { border-color: $accent; }
QScrollArea[role="ring"] { border: 1px solid transparent; }
QScrollArea[role="ring"]:focus { border-color: $accent; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {
    background: $raised; color: $text;
}
QHeaderView { background: $window; }
QHeaderView::section {
    background: $window; color: $faint; border: 0; border-bottom: 1px solid $line; padding: 4px;
}
QListView::item:selected:focus { border: 1px solid $accent; border-radius: 4px; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QScrollBar { background: transparent; border: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; min-height: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar {
    background: $raised; border: 0; border-radius: 3px; min-height: 6px; max-height: 6px;
    text-align: center; color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSlider::groove:horizontal { height: 6px; border-radius: 3px; background: $raised; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 3px; }
QSlider::handle:horizontal {
    width: 14px; height: 14px; margin: -4px 0; border-radius: 7px; background: $accent;
}
QSlider::handle:horizontal:focus { border: 2px solid $text; width: 10px; height: 10px; }
QSplitter::handle { background: $line; }
QLabel[role="heading"] { color: $faint; font-weight: 600; }
QLabel[role="faint"] { color: $faint; }
QLabel[role="key"] { border: 1px solid $line; border-radius: 3px; padding: 1px 5px; }
QLabel[role="title"] { font-size: 20px; font-weight: 600; }
QLabel[role="bad"] { color: $bad; }
QWidget[role="panel"], QWidget[role="bar"] { background: $window; }
QWidget[role="ground"] { background: $ground; }
QWidget[role="card"] { background: $window; border: 1px solid $line; border-radius: 8px; }
QDialog[role="palette"] { background: $window; border: 1px solid $line; }
QFrame[role="segments"] { background: $field; border: 1px solid $line; border-radius: 6px; }
QPushButton[role="segment"] {
    border: 1px solid transparent; border-radius: 5px; padding: 6px 20px; background: transparent;
    font-weight: 500;
}
QFrame[narrow="true"] QPushButton[role="segment"] { padding: 6px 9px; }
QFrame[narrow="true"] QToolButton[role="pill"] { padding: 4px 8px; }
QPushButton[role="segment"]:hover { background: $raised; }
QPushButton[role="segment"]:checked { background: $accent; color: $on_accent; }
QPushButton[role="segment"]:focus { border-color: $text; }
QFrame[role="banner"] { background: $raised; border: 0; border-bottom: 2px solid $bad; }
QFrame[role="line"] { background: $line; border: 0; }
"""

_CHEVRON = """
QComboBox::down-arrow { image: url("$file"); width: 14px; height: 14px; }
"""

_TICK = """
QCheckBox::indicator, QListView::indicator {
    width: 13px; height: 13px; border: 1px solid $faint; border-radius: 3px; background: $field;
}
QCheckBox::indicator:checked, QListView::indicator:checked {
    background: $accent; border-color: $accent; image: url("$file");
}
QCheckBox::indicator:disabled, QListView::indicator:disabled { border-color: $line; }
QCheckBox::indicator:checked:disabled { background: $faint; border-color: $faint; }
"""
