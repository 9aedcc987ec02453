"""What a person says of boxes beyond their class: attributes and notes, as edits."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from labeler.dataset import edits
from labeler.gui.document import Document
from labeler.gui.label import box_edits
from labeler.gui.label.attributes import attribute_in_words
from labeler.gui.label.editor import Editor, boxes_in_words


@dataclass(frozen=True, slots=True)
class NoteOwner:
    """What a note is about: boxes by their ids, or without any the image."""

    image_id: int
    box_ids: tuple[int, ...] = ()


class Remarks(QObject):
    """Each wish is one edit for all the boxes that it means."""

    def __init__(self, document: Document, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._editor = document, editor

    def toggle(self, attribute: str) -> None:
        """All selected boxes get it, or where all have it, none. A suggestion is accepted by it."""
        wanted = frozenset(self._editor.selection)
        chosen = [box for box in self._editor.boxes() if box.id in wanted]
        if not chosen:
            self._document.say(self.tr("No box is selected. Click one first."))
            return
        given = not all(getattr(box, attribute) for box in chosen)
        ids = [box.id for box in chosen]
        words = (
            self.tr("{boxes}: {what}. Kept.") if given else self.tr("{boxes}: not {what}. Kept.")
        )
        self._editor.change(
            lambda dataset: box_edits.set_attributes(dataset, ids, **{attribute: given}),
            words.format(boxes=boxes_in_words(len(ids)), what=attribute_in_words(attribute)),
        )

    def set_note(self, owner: NoteOwner, note: str) -> None:
        if owner.box_ids:
            self._document.attempt(
                lambda dataset: edits.set_note(dataset, owner.box_ids, note),
                self.tr("Note on {n}. Kept.").format(n=boxes_in_words(len(owner.box_ids))),
            )
        else:
            self._document.attempt(
                lambda dataset: edits.set_image_note(dataset, owner.image_id, note),
                self.tr("Note on this image. Kept."),
            )
