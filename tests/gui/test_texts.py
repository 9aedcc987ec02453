"""Every word that a person reads can be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

from labeler.dataset import words
from labeler.gui import counts
from labeler.gui.counts import counted

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "labeler" / "gui").rglob("*.py"))
FOLDERS = sorted({file.parent for file in FILES})
TRANSLATES = {"tr", "_tr", "translate", "QT_TRANSLATE_NOOP"}
NOT_READ = {
    *("debug", "info", "warning", "error", "exception", "critical", "getLogger"),  # the log
    *("ArgumentParser", "add_argument"),  # the shell
    *(
        "Edit",
        "counted",
        "setStyleSheet",
        "Thread",
        "compile",
        "setApplicationName",
        "setObjectName",
    ),
}
"""What takes text that is no text of the window. An Edit's words are the dataset's own."""
ENGLISH = {
    "labeler/gui/key_map_file.py",  # knows no Qt, as the dataset's readers, and speaks as they do
    "labeler/gui/key_map.py",
    "labeler/gui/theme.py",
}
OF_EDITS = {"labeler/gui/label/box_edits.py"}
"""Counts things in the words of edits, which the dataset keeps."""
NAMES = {"Vector Labeler", "My first dataset", "Sample dataset"}
"""Of the program, and of a folder on the disk."""
TWO_WORDS = re.compile(r"[A-Za-z]{2,}[,.:;]? [A-Za-z]{2,}")
SHOWS = {
    *("setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setAccessibleName"),
    *("setAccessibleDescription", "setSuffix", "addMenu", "setTitle", "setHeaderLabels"),
    *("QLabel", "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QGroupBox", "say"),
    *("heading", "UserError", "hint_tooltip", "hint_text"),
}
"""What is shown as it is given: there a single word counts as well."""
HAS_WORD = re.compile(r"[A-Za-z]{2,}")
ACTION_WORDS = {"text", "tooltip", "group", "shown"}


@cache
def parsed(source: str) -> ast.Module:
    """Once for all tests that look at it."""
    return ast.parse(source)


def callee(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines and texts in a piece of code that are neither translated nor none of the window's."""
    if isinstance(node, ast.Call) and callee(node) in TRANSLATES | NOT_READ:
        return
    if isinstance(node, ast.Raise) and not (
        isinstance(node.exc, ast.Call) and callee(node.exc) == "UserError"
    ):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from texts(child)


def shown(call: ast.Call) -> list[ast.AST]:
    """The arguments of a call that a person gets to read."""
    if callee(call) == "Action":
        named = [each.value for each in call.keywords if each.arg in ACTION_WORDS]
        return [*call.args[1:2], *call.args[4:5], *named]
    if callee(call) in ("hint_tooltip", "hint_text"):
        return list(call.args[2:])
    return list(call.args) if callee(call) in SHOWS else []


def is_plain(node: ast.AST) -> bool:
    """Not the result of a call, which the scan meets by itself."""
    return not isinstance(node, ast.Call)


def untranslated(source: str) -> set[tuple[int, str]]:
    tree = parsed(source)
    found = {
        (line, text)
        for line, text in texts(tree)
        if TWO_WORDS.search(text) and "{ " not in text and "*." not in text
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for argument in filter(is_plain, shown(call)):
            found |= {each for each in texts(argument) if HAS_WORD.search(each[1])}
    return {each for each in found if each[1] not in NAMES}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_what_a_person_reads_can_be_translated(folder: Path) -> None:
    files = [file for file in FILES if file.parent == folder]
    found = {
        file.name: untranslated(file.read_text(encoding="utf-8"))
        for file in files
        if file.relative_to(ROOT).as_posix() not in ENGLISH
    }
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "line",
    [
        'label.setText("Ready")',
        'label.setText(f"{n} boxes")',
        'label.setText("on" if ready else self.tr("off"))',
        'QLabel("Ready", self)',
        'raise UserError(f"{path} is gone.")',
        'Action("id", "Next", ("D",), go)',
        'Action("id", _tr("Next"), ("D",), go, group="Images")',
        'words = ["All is well", 3]',
        'say("Kept " + name)',
    ],
)
def test_a_text_without_translation_is_noticed(line: str) -> None:
    assert untranslated(line)


@pytest.mark.parametrize(
    "line",
    [
        '"""All is well."""',
        'label.setText(self.tr("All is well"))',
        'label.setText(_tr("{0} of {1}").format(one, two))',
        'raise ValueError("a change needs a before")',
        'log.warning("the trainer said: %s", line)',
        'Action("next_image", _tr("Next"), ("PgDown",), go)',
        'widget.setStyleSheet("QLabel { color: red }")',
        'label.setText(f"{one}, {two}")',
    ],
)
def test_what_is_no_text_of_the_window_is_left_alone(line: str) -> None:
    assert untranslated(line) == set()


# Numbers with their nouns

MANY = re.compile(
    r"\{[^}]*\} (?:more )?(image|picture|photo|vote|frame|run|robot|suggestion|moment|edit|shot)s\b"
)
NEVER_ONE = {
    "{0} images are labelled. Press Train and watch it learn here.",
    "   1 of every {0} frames",
    "All {0} photos by the clock are kept.",
}
"""They are not said of a single one."""


def translated(file: Path) -> set[str]:
    """The texts in a file that a translator gets to see."""
    tree = parsed(file.read_text(encoding="utf-8"))
    calls = (each for each in ast.walk(tree) if isinstance(each, ast.Call))
    arguments = [each for call in calls if callee(call) in TRANSLATES for each in call.args]
    return {
        each.value
        for each in arguments
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def test_one_is_never_counted_as_many_and_signs_are_as_everywhere() -> None:
    for file in FILES:
        texts = translated(file)
        for text in texts - NEVER_ONE:
            assert "..." not in text, f"{file.name}: {text} has three dots in place of one sign"
            assert "!" not in text, f"{file.name}: {text} shouts"
            for noun in MANY.findall(text):
                alone = re.compile(rf"\b{noun}\b")
                assert any(map(alone.search, texts)), f"{file.name}: {text} has no form for one"


@pytest.mark.parametrize("noun", [noun for noun in counts._NOUNS if noun != "entry"])
def test_counted_things_read_as_elsewhere(noun: str) -> None:
    for count in (0, 1, 2, 1000):
        assert counted(count, noun) == words.counted(count, noun)


def test_every_noun_that_the_window_counts_is_in_the_table() -> None:
    for file in FILES:
        source = file.read_text(encoding="utf-8")
        if file.relative_to(ROOT).as_posix() in OF_EDITS:
            continue
        assert "labeler.dataset.words" not in source, f"{file}: there is labeler.gui.counts"
        for node in ast.walk(parsed(source)):
            if isinstance(node, ast.Call) and callee(node) == "counted" and len(node.args) > 1:
                noun = node.args[1]
                assert isinstance(noun, ast.Constant)
                assert noun.value in counts._NOUNS, file


class German(QTranslator):
    """Three words, with a form for one and one for many."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return {"1 box": "1 Kasten", "%n boxes": "%n Kästen"}.get(source, "")

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return False


def test_a_translation_reaches_the_counted_words(qapp: QApplication) -> None:
    german = German()
    assert QCoreApplication.installTranslator(german)
    try:
        assert [counted(n, "box") for n in (0, 1, 2)] == ["0 Kästen", "1 Kasten", "2 Kästen"]
    finally:
        QCoreApplication.removeTranslator(german)
