"""The Label workspace: wires filmstrip, canvas and panel to the editor and the document."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from labeler.cameras.base import CameraState
from labeler.dataset.changes import Edit
from labeler.dataset.model import Image
from labeler.errors import UserError
from labeler.gui import theme
from labeler.gui.document import Document
from labeler.gui.floating_bars import FloatingBars
from labeler.gui.job_bar import JobBar
from labeler.gui.key_hint import hint_text, hint_tooltip
from labeler.gui.label import keys
from labeler.gui.label.box_panel import BoxPanel
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.carry_note import CarryNote
from labeler.gui.label.carrying import Carrying
from labeler.gui.label.class_desk import ClassDesk
from labeler.gui.label.class_keys import class_actions
from labeler.gui.label.class_list import ClassList
from labeler.gui.label.copying import Copying
from labeler.gui.label.detectors import Detectors
from labeler.gui.label.editor import Editor
from labeler.gui.label.empty_page import EmptyPage
from labeler.gui.label.filmstrip import Filmstrip
from labeler.gui.label.naming import NameField
from labeler.gui.label.obstacles import with_obstacles
from labeler.gui.label.picture_cache import PictureCache
from labeler.gui.label.picture_menu import PictureMenu
from labeler.gui.label.picture_on_canvas import PictureOnCanvas
from labeler.gui.label.proposal_keys import proposal_actions
from labeler.gui.label.proposal_switch import ProposalSwitch
from labeler.gui.label.proposing import Proposing
from labeler.gui.label.remarks import Remarks
from labeler.gui.label.spoken import spoken
from labeler.gui.label.suggesting import Suggesting
from labeler.gui.label.suggestion_keys import suggestion_actions
from labeler.gui.label.travel import Travel
from labeler.gui.side_panel import SidePanel
from labeler.gui.workspace import Action, Workspace

_LEAST = 198
"""So much of a small window is left for the picture, in device-independent pixels."""


class LabelWorkspace(Workspace):
    """The dataset is the truth: after every edit boxes and rows are read again from it."""

    camera_requested = Signal(str)
    pictures_requested = Signal()
    training_requested = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Label")
        self._document = document
        self.editor = Editor(document, self)
        self.filmstrip = Filmstrip(self)
        self.travel = Travel(document, self.filmstrip, self)
        self.copying = Copying(document, self.editor, self.travel.previous, self)
        self.remarks = Remarks(document, self.editor, self)
        self.canvas = Canvas(self)
        self.suggesting = Suggesting(document, self.editor, self.canvas, self)
        self.proposing = Proposing(document, self.editor, self.canvas, self)
        self.carrying_bar = JobBar(self)
        hint_tooltip(
            self.carrying_bar.cancel, "label.cancel", self.tr("Stop and keep what was found")
        )
        self.carrying_note = CarryNote(self)
        self.empty_page = EmptyPage(self)
        self.name_field = NameField(self.canvas)
        self.classes = ClassList(self)
        self.desk = ClassDesk(
            document, self.editor, self.canvas, self.classes, self.name_field, self
        )
        self.boxes = BoxPanel(self)
        self.proposals = ProposalSwitch(self.proposing, self)
        self.detectors = Detectors(document, self.canvas, self.travel, self)
        self.carrying = Carrying(
            document,
            self.editor,
            self.travel,
            self.carrying_bar,
            self.carrying_note,
            self.detectors.trust,
            self,
        )
        self.verify_button = QPushButton(self)
        self.nothing_button = QPushButton(self.tr("Nothing here"), self)
        self._pictures = PictureCache(self)
        self._on_canvas = PictureOnCanvas(document, self.editor, self.canvas, self._pictures, self)
        self._lay_out()
        self._picture_menu = PictureMenu(self.canvas, self.editor, self.actions_table)
        self._connect()
        self._show_dataset()

    def actions_table(self) -> list[Action]:
        actions = [
            *keys.actions(self, self.travel, self.editor, self.copying, self.canvas),
            *class_actions(self.desk),
            *keys.of_remarks(self.remarks, self.boxes.note.setFocus),
            *suggestion_actions(self.suggesting, self.carrying, self.accept_and_go),
            *self.detectors.actions(),
            *proposal_actions(self.proposing),
        ]
        return with_obstacles(actions, self.editor)

    def activated(self) -> None:
        self._show_scale(self.canvas.zoom_shown())
        self.canvas.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.canvas.isVisible():
            self.canvas.setFocus(event.reason())  # who gives it the keys means the picture

    def deactivated(self) -> None:
        self.name_field.give_up()
        self.boxes.note.keep()
        self.canvas.settle()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.detectors.offer.follow()

    def hideEvent(self, event: QHideEvent) -> None:
        self.detectors.offer.stop()
        super().hideEvent(event)

    def show_camera(self, name: str, state: CameraState) -> None:
        """The camera that the window has chosen."""
        self.empty_page.show_camera(name, state)

    def main_part(self) -> QWidget:
        return self._pages

    def shut_down(self) -> None:
        self.travel.stop()
        self.desk.stop()
        self.carrying.stop()
        self.detectors.shut_down()
        self.proposing.stop()
        self._pictures.clear()

    # Moving through the images

    def show_image(self, image_id: int) -> None:
        """Goes to an image, whatever is filtered."""
        self.travel.show_image(image_id)

    def verify_and_go(self) -> None:
        image = self.editor.image()
        was_right = image is not None and image.verified
        if not self.suggesting.keep_waiting() and self.editor.verify():
            self.travel.step(1, self.tr("That was the last image.") if was_right else "")

    def accept_and_go(self) -> None:
        """One key an image where everything that is suggested is right."""
        if self.suggesting.accept_all():
            self.verify_and_go()

    def say_nothing_here(self) -> None:
        image = self.editor.image()
        if image is not None and image.annotation_count:
            self._document.say(
                self.tr("There are boxes on this image. Delete them first if nothing is here.")
            )
        else:
            self.verify_and_go()

    def focus_new_class(self) -> None:
        self.desk.focus_new_class()

    def ask_class(self) -> None:
        self.desk.ask_class()

    def cancel(self) -> None:
        runs = (self.carrying, self.detectors.by_model)
        if not (self.canvas.is_at_rest and any(run.stop() for run in runs)):
            self.canvas.cancel()

    # What is shown

    def _show_dataset(self) -> None:
        """Another dataset was opened: begin with its first image that is to do."""
        self._pictures.clear()
        self.editor.image_id = None
        self.travel.begin()
        editable = not self._document.dataset.read_only
        self.canvas.editable = editable
        self.classes.set_editable(editable)
        self.boxes.set_editable(editable)
        self._allow_answers()
        self.desk.show()
        self.detectors.begin(editable=editable)
        self.proposals.set_editable(editable)
        self._show_boxes()
        self.proposing.begin()

    def _allow_answers(self) -> None:
        """Without a picture there is nothing to confirm."""
        may = self.editor.image_id is not None and not self._document.dataset.read_only
        for button in (self.verify_button, self.nothing_button):
            button.setEnabled(may)

    def _show_nothing(self) -> None:
        self.editor.image_id = None
        self._allow_answers()
        self._show_boxes()
        document, wanted = self._document, self.filmstrip.filters.view.wanted
        self.empty_page.show_for(document.counts, wanted, read_only=document.dataset.read_only)
        self._pages.setCurrentWidget(self.empty_page)
        if self.isVisible():
            self.setFocus()  # or Space would press the first button that it finds

    def _show_current(self, image_id: int) -> None:
        self.name_field.give_up()
        self.canvas.settle()
        self.canvas.select(())
        self.editor.image_id = image_id
        self._allow_answers()
        self._pages.setCurrentWidget(self.canvas)
        self._take_keys()
        self._on_canvas.show()
        self._show_boxes()
        self._look_ahead()

    def _take_keys(self) -> None:
        """From the page without a picture, and from a field: it was about the image before."""
        held = QApplication.focusWidget()
        is_field = isinstance(held, QLineEdit | QAbstractSpinBox) and self.isAncestorOf(held)
        if held is self or is_field:
            self.canvas.setFocus()

    def _look_ahead(self) -> None:
        """What may be wanted next: three in the direction of travel, and one to come back to."""
        ahead: list[Image | None] = [*self.travel.ahead(3)]
        ahead.insert(2, self.filmstrip.step(-self.travel.direction))
        paths = []
        for image in ahead:
            with suppress(UserError):  # said once it is shown itself
                paths += [self._document.dataset.path_of(image)] if image is not None else []
        self._pictures.look_ahead(paths)

    def _show_boxes(self) -> None:
        self.canvas.set_boxes(self.editor.boxes())
        self.proposing.follow()
        self._show_selection(self.canvas.selection)

    def _show_selection(self, selection: tuple[int, ...]) -> None:
        self.editor.selection = selection
        self.boxes.show_boxes(self.canvas.boxes, selection, self.editor.image())
        self.canvas.setAccessibleDescription(spoken(self.canvas.boxes, selection))

    # What happened elsewhere

    def _follow_image(self, image_id: int) -> None:
        if image_id == self.editor.image_id:
            self._show_boxes()

    def _follow_replay(self, edit: Edit) -> None:
        """Undo and redo show what they change; what the mouse was dragging is no longer that."""
        self.canvas.end_drawing()
        touched = edit.image_ids()
        gone = {image.id for each in edit.imports() if each.before for image in each.held.images}
        if touched and self.editor.image_id not in touched:
            left = next((each for each in touched if each not in gone), None)
            if left is not None:
                self.show_image(left)

    def _show_scale(self, scale: float) -> None:
        if not self.isVisible():
            return  # the status line belongs to another workspace now
        image: Image | None = self.filmstrip.current()
        words = f"{scale * 100:.0f} %   {image.width} × {image.height}" if image else ""
        tone = self.canvas.tone
        if not tone.is_neutral:
            words = self.tr("brightness {b:+d}, contrast {c:+d}   {rest}").format(
                b=tone.brightness, c=tone.contrast, rest=words
            )
        self.detail_changed.emit(words)

    # Once

    def _lay_out(self) -> None:
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.canvas)
        self._pages.addWidget(self.empty_page)
        self._pages.setMinimumWidth(_LEAST)  # or the empty page would push the panel out
        verify = "label.verify"
        hint_text(self.verify_button, verify, self.tr("Looks right, next"))
        hint_tooltip(
            self.verify_button,
            verify,
            self.tr("Confirm that this image is right, even if empty, and go on"),
        )
        hint_tooltip(self.nothing_button, verify, self.tr("Confirm that nothing is here and go on"))
        theme.set_role(self.verify_button, "primary")
        panel = SidePanel(self)
        panel.add(self.classes, self.tr("Classes"))
        panel.add(self.boxes, self.tr("Boxes in this image"), stretch=1)
        panel.rows.addSpacing(8)
        panel.add(self.proposals)
        panel.add(self.detectors.switch)
        panel.rows.addSpacing(4)
        panel.add(self.verify_button)
        panel.add(self.nothing_button)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._pages, 1)
        self.bars = FloatingBars(self, self._pages)
        for bar in (
            self.carrying_note,
            self.detectors.offer,
            self.detectors.bar,
            self.carrying_bar,
        ):
            self.bars.add(bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.filmstrip)
        row.addLayout(middle, 1)
        row.addWidget(panel)

    def _connect(self) -> None:
        document, canvas, editor = self._document, self.canvas, self.editor
        document.dataset_opened.connect(self._show_dataset)
        document.image_state_changed.connect(self._follow_image)
        document.categories_changed.connect(self._show_boxes)
        document.many_images_changed.connect(self._show_boxes)
        document.suggestions_changed.connect(self._show_boxes)
        document.edit_replayed.connect(self._follow_replay)
        self.travel.arrived.connect(self._show_current)
        self.travel.ran_dry.connect(self._show_nothing)
        canvas.draw_requested.connect(editor.draw)
        canvas.reshape_requested.connect(editor.reshape)
        canvas.said.connect(document.say)
        canvas.selection_changed.connect(self._show_selection)
        canvas.zoomed.connect(self._show_scale)
        self.suggesting.shown_changed.connect(self._show_boxes)
        self._on_canvas.shown.connect(self.proposing.follow)
        editor.select_requested.connect(canvas.select)
        self.boxes.left.connect(canvas.setFocus)
        self.boxes.selected.connect(canvas.select)
        self.boxes.reshaped.connect(editor.reshape)
        self.boxes.attributes.toggled.connect(self.remarks.toggle)
        self.boxes.note.noted.connect(self.remarks.set_note)
        self.verify_button.clicked.connect(self.verify_and_go)
        self.nothing_button.clicked.connect(self.say_nothing_here)
        self.empty_page.camera_requested.connect(self.camera_requested)
        self.empty_page.pictures_requested.connect(self.pictures_requested)
        self.empty_page.all_requested.connect(self.filmstrip.show_all)
        self.empty_page.training_requested.connect(self.training_requested)
