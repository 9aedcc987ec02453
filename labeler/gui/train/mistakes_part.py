"""Mistakes by kind: a button a kind with how many there are, and the gallery of the chosen one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labeler.gui.segmented_bar import SegmentedBar
from labeler.gui.side_panel import heading
from labeler.gui.theme import set_role
from labeler.gui.train.mistake_gallery import MistakeGallery
from labeler.runs.analysis import Analysis, Kind, Mistakes
from trainer.run_files import RunPictures


class MistakesPart(QWidget):
    """gallery.case_chosen tells which one the person wants to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mistakes: dict[Kind, Mistakes] = {}
        self._names: Mapping[int, str] = {}
        self._pictures: RunPictures | None = None
        self.kind = Kind.WRONG_PLACE
        self.bar = SegmentedBar(self)
        for kind in Kind:
            self.bar.add(kind, title_of(kind))
        self.bar.chosen.connect(lambda kind: self.show_kind(Kind(kind)))
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        set_role(self.words, "faint")
        self.gallery = MistakeGallery(self)
        row = QHBoxLayout()
        row.addWidget(self.bar)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(heading(self.tr("Mistakes at this threshold"), self.gallery))
        layout.addLayout(row)
        layout.addWidget(self.words)
        layout.addWidget(self.gallery, 1)

    def show_analysis(self, analysis: Analysis, pictures: RunPictures) -> None:
        """pictures: of the part that was measured."""
        self._mistakes = {each.kind: each for each in analysis.mistakes}
        self._names, self._pictures = analysis.names, pictures
        for kind in Kind:
            count = self._mistakes[kind].count if kind in self._mistakes else 0
            button = self.bar.button(kind)
            button.setText(f"{title_of(kind)}  {count}")
            button.setToolTip(meaning_of(kind))
            button.setAccessibleName(f"{title_of(kind)}, {count}")
        first = next((each.kind for each in analysis.mistakes if each.count), Kind.WRONG_PLACE)
        self.show_kind(self.kind if self._count(self.kind) else first)

    def show_kind(self, kind: Kind) -> None:
        """Fills the gallery with the mistakes of this kind."""
        self.kind = kind
        self.bar.show_chosen(kind)
        mistakes = self._mistakes.get(kind)
        cases = mistakes.cases if mistakes else ()
        self.words.setText(self._told(kind, len(cases)))
        self.gallery.setVisible(bool(cases))
        if self._pictures is not None:
            self.gallery.show_cases(self._pictures, cases, self._names)

    def _count(self, kind: Kind) -> int:
        return self._mistakes[kind].count if kind in self._mistakes else 0

    def _told(self, kind: Kind, shown: int) -> str:
        count = self._count(kind)
        if not count:
            return self.tr("None. {0}").format(meaning_of(kind))
        legend = self.tr("Solid: found. Dashed: true. Click one to open its image in Label.")
        worst = self.tr("The {0} worst are shown.").format(shown) if shown < count else ""
        return " ".join(filter(None, [meaning_of(kind), legend, worst]))


def title_of(kind: Kind) -> str:
    """A kind of mistake as it stands on its button."""
    titles = {
        Kind.WRONG_PLACE: _tr("Wrong place"),
        Kind.WRONG_CLASS: _tr("Wrong class"),
        Kind.TWICE: _tr("Twice"),
        Kind.BACKGROUND: _tr("Background"),
        Kind.MISSED: _tr("Missed"),
    }
    return titles[kind]


def meaning_of(kind: Kind) -> str:
    """One sentence for a kind of mistake."""
    meanings = {
        Kind.WRONG_PLACE: _tr(
            "The right class, but the box fits badly: it overlaps the true box by less than half."
        ),
        Kind.WRONG_CLASS: _tr("On a thing of another class."),
        Kind.TWICE: _tr("On a thing that a box with a higher score has found already."),
        Kind.BACKGROUND: _tr("On nothing that is labelled. Perhaps a box is missing there."),
        Kind.MISSED: _tr("Things that are there and were not found."),
    }
    return meanings[kind]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Mistakes", text)
