"""The sentences about classes: questions before, and what was done after."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from labeler.dataset.category_edits import Usage
from labeler.dataset.model import Category
from labeler.errors import UserError
from labeler.gui.counts import counted

_TOLD = 200


class Words:
    """Made when they are needed, in the language that is chosen then."""

    @property
    def delete_title(self) -> str:
        return _tr("Delete class")

    @property
    def file_title(self) -> str:
        return _tr("Classes from a file, one name a line")

    @property
    def text_files(self) -> str:
        return _tr("Text files (*.txt *.names *.csv)")

    @property
    def all_files(self) -> str:
        return _tr("All files (*)")

    @property
    def busy(self) -> str:
        return _tr("The boxes of a class are being changed. Wait a moment.")

    @property
    def no_class(self) -> str:
        return _tr("There is no class yet. Press N to name one.")

    @property
    def read_only(self) -> str:
        return _tr("This dataset is read-only.")

    def merge_title(self, name: str) -> str:
        return _tr("Merge {0} into another class").format(name)

    def ask_delete(self, category: Category, usage: Usage) -> tuple[str, str]:
        """The question and what its button says."""
        return (
            _tr("Delete {name}? Its {what} {go} with it. Ctrl+Z brings them back.").format(
                name=category.name,
                what=_what(usage),
                go=_tr("go") if usage.annotations + usage.suggestions > 1 else _tr("goes"),
            ),
            _tr("Delete {0}").format(_what_first(usage)),
        )

    def deleted(self, category: Category, usage: Usage) -> str:
        if not usage.annotations:
            return _tr("Class {0} deleted. Ctrl+Z brings it back.").format(category.name)
        return _tr("Class {0} deleted with its {1}. Ctrl+Z brings them back.").format(
            category.name, counted(usage.annotations, "box")
        )

    def ask_merge(self, gone: Category, kept: Category, usage: Usage) -> tuple[str, str]:
        """The question and what its button says."""
        return (
            _tr(
                "Merge {gone} into {kept}? Its {what} become {kept}, and the class {gone} is "
                "deleted. Ctrl+Z takes it back."
            ).format(gone=gone.name, kept=kept.name, what=_what(usage)),
            _tr("Merge {0}").format(_what_first(usage)),
        )

    def merged(self, gone: Category, kept: Category, usage: Usage) -> str:
        return _tr("Class {0} merged into {1}: {2}. Ctrl+Z takes it back.").format(
            gone.name, kept.name, counted(usage.annotations, "box")
        )

    def selected(self, name: str, boxes: int) -> str:
        if not boxes:
            return _tr("No {0} in this image.").format(name)
        return _tr("{0} of {1} selected.").format(counted(boxes, "box"), name)

    def added(self, file: str, new: int, known: int) -> str:
        told = [_tr("{0} added from {1}").format(counted(new, "class"), file)]
        if known:
            told.append(_tr("{0} already here").format(known))
        return _tr("{0}.").format(", ".join(told))

    def skipped(self, file: str, lines: Sequence[tuple[int, str]]) -> UserError:
        """What was not taken from a file."""
        told = [_tr("line {0}: {1}").format(number, why) for number, why in lines[:_TOLD]]
        if len(lines) > _TOLD:
            told.append(_tr("and {0} more").format(len(lines) - _TOLD))
        return UserError(
            _tr("{0} of {1} were not added.").format(counted(len(lines), "line"), file),
            details="\n".join(told),
        )


def _what(usage: Usage) -> str:
    boxes = _what_first(usage)
    if usage.annotations:
        boxes = _tr("{0} on {1}").format(boxes, counted(usage.images, "image"))
    if usage.annotations and usage.suggestions:
        return _tr("{0} and {1}").format(boxes, counted(usage.suggestions, "suggestion"))
    return boxes


def _what_first(usage: Usage) -> str:
    if usage.annotations:
        return counted(usage.annotations, "box")
    return counted(usage.suggestions, "suggestion")


def _tr(text: str) -> str:
    return QCoreApplication.translate("ClassWords", text)
