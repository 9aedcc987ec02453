"""What a person says to suggestions: yes, yes to all, no; and that none is passed over unseen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from labeler.dataset import suggestion_edits
from labeler.gui.counts import counted
from labeler.gui.document import Document
from labeler.gui.label import box_edits
from labeler.gui.label.box_keys import is_suggestion, key_of_suggestion, suggestion_ids
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.editor import Editor


class Suggesting(QObject):
    """Answers suggestions of the current image. shown_changed: they are to be shown, or not."""

    shown_changed = Signal()

    def __init__(
        self, document: Document, editor: Editor, canvas: Canvas, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._editor = editor
        self._canvas = canvas

    def accept(self) -> None:
        """Those that are selected; else the one under the pointer; else the first."""
        self._accept(suggestion_ids(self._canvas.selection) or self._nearest())

    def accept_all(self) -> bool:
        """All that wait in the current image. False where none does, or it failed."""
        return self._accept(self._waiting())

    def drop_all(self) -> None:
        """Those of all images of this session: what was carried too far is taken back at once."""
        image = self._editor.image()
        dataset = self._document.dataset
        waiting = [] if image is None else dataset.suggestions_in(image.session_id)
        if not waiting:
            self._document.say(self.tr("This session has no suggestions."))
            return
        sentence = self.tr("{n} dropped in this session. Ctrl+Z brings them back.")
        self._document.attempt(
            lambda dataset: suggestion_edits.drop(dataset, [each.id for each in waiting]),
            sentence.format(n=counted(len(waiting), "suggestion")),
        )

    def obstacle(self) -> str:
        """Why none can be accepted now, or nothing."""
        if self._document.dataset.read_only:
            return self.tr("This dataset is read-only.")
        return "" if self._waiting() else self.tr("This image has no suggestions.")

    def toggle_shown(self) -> None:
        """Hides the suggestions, or shows them again."""
        self._editor.shows_suggestions = not self._editor.shows_suggestions
        self.shown_changed.emit()
        self._document.say(
            self.tr("Suggestions are shown.")
            if self._editor.shows_suggestions
            else self.tr("Suggestions are hidden, not gone.")
        )

    def keep_waiting(self) -> bool:
        """Whether some wait in the current image: then it says so and selects the first."""
        waiting = self._waiting()
        if not waiting:
            return False
        if not self._editor.shows_suggestions:
            self._editor.shows_suggestions = True
            self.shown_changed.emit()
        if not suggestion_ids(self._canvas.selection):
            self._canvas.select((key_of_suggestion(waiting[0]),))
        self._document.say(
            self.tr("1 suggestion is unanswered: Shift+Enter accepts it, Del rejects it.")
            if len(waiting) == 1
            else self.tr(
                "{n} suggestions are unanswered: Shift+Enter accepts all, Del rejects one."
            ).format(n=len(waiting))
        )
        return True

    def _accept(self, ids: Sequence[int]) -> bool:
        if not ids:
            self._document.say(self.obstacle())
            return False
        return self._editor.change(lambda dataset: box_edits.accept(dataset, ids))

    def _waiting(self) -> tuple[int, ...]:
        image_id = self._editor.image_id
        if image_id is None:
            return ()
        return tuple(each.id for each in self._document.dataset.suggestions(image_id))

    def _nearest(self) -> tuple[int, ...]:
        at = self._canvas.pointer
        ids = () if at is None else self._canvas.aim_at(at).ids
        under = [key for key in ids if is_suggestion(key)]
        return suggestion_ids(under)[:1] or self._waiting()[:1]
