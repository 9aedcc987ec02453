"""The Preview workspace: the newest picture with what the detector sees on it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from labeler.gui.class_colors import class_colors
from labeler.gui.decode import LivePicture
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.live_health import LiveHealth
from labeler.gui.picture_view import Mark, PictureView
from labeler.gui.preview import keys
from labeler.gui.preview.controls import Controls
from labeler.gui.preview.detecting import Detecting, LoadedModel, Sight
from labeler.gui.preview.frame_keeping import FrameKeeping
from labeler.gui.preview.in_view import Seen
from labeler.gui.preview.model_choice import ModelChoice
from labeler.gui.preview.no_model import NoModel
from labeler.gui.preview.pace import Pace
from labeler.gui.workspace import Action, Workspace

_NUMBERS_MS = 250
_STEP = 0.05


class PreviewWorkspace(Workspace):
    """train_requested: the person has no detector and wants one."""

    train_requested = Signal()

    def __init__(self, document: Document, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Preview")
        self._document = document
        self._live = live
        self._is_active = False
        self._loaded: LoadedModel | None = None
        self._score_was_set = False
        self._colors: dict[int, str] = {}
        self._sight: Sight | None = None
        self._pace = Pace()
        self.detecting = Detecting(self)
        self.frames = FrameKeeping(document, live, self)
        self.view = PictureView(self)
        self.health = LiveHealth(live, self.view)
        self.no_model = NoModel(self)
        self.controls = Controls(live, self)
        self.models = ModelChoice(document, self.controls.model, self)
        self._pages = QStackedWidget(self)
        self._numbers_timer = QTimer(self)
        self._numbers_timer.setInterval(_NUMBERS_MS)
        self._lay_out()
        self._connect()
        self._change_model(None)
        self.models.refresh()

    def actions_table(self) -> list[Action]:
        return keys.actions(self)

    def activated(self) -> None:
        self._is_active = True
        self._live.watch(self, watching=True)
        self.controls.watch.refresh()
        self.models.refresh()
        self._take_colors()
        self._numbers_timer.start()
        if self._live.picture is not None:
            self._take_picture(self._live.picture)
        self.health.refresh()
        self.view.setFocus()

    def deactivated(self) -> None:
        self._is_active = False
        self._live.watch(self, watching=False)
        self._numbers_timer.stop()

    def shut_down(self) -> None:
        self.deactivated()
        self.detecting.finish()
        self.frames.finish()

    def use_model(self, model: Path) -> None:
        """Follows a training: its model.onnx, read again whenever it is replaced."""
        self.models.follow(Path(model), is_watched=self._is_active)

    def keep_frame(self) -> None:
        """Adds the picture in view to the dataset, byte for byte, to be labelled."""
        if self.frames.keep(self._in_view()):
            self.view.flash()

    def _in_view(self) -> LivePicture | None:
        return self._sight.picture if self._sight is not None else self._live.picture

    def show_fewer(self) -> None:
        self.controls.set_score(self.controls.lowest_score + _STEP)

    def show_more(self) -> None:
        self.controls.set_score(self.controls.lowest_score - _STEP)

    def _change_model(self, model: Path | None) -> None:
        self._loaded = self._sight = None
        self._score_was_set = False
        self._pace.restart()
        self.detecting.use(model)
        self.health.set_problem("")
        self._pages.setCurrentWidget(self.no_model if model is None else self.view)
        self.controls.score.setEnabled(model is not None)
        self._show_sight()

    def _take_model(self, loaded: LoadedModel) -> None:
        if loaded.path != self.models.model:
            return
        if self._loaded is not None:
            self._document.say(self.tr("A better checkpoint has come and is in use."))
        self._loaded = loaded
        self.health.set_problem("")
        self._take_colors()
        if not self._score_was_set:
            self.controls.show_score(loaded.threshold)
        if self._live.picture is not None:
            self._take_picture(self._live.picture)

    def _take_score(self) -> None:
        self._score_was_set = True
        self._show_sight()

    def _take_colors(self) -> None:
        if self._loaded is not None:
            categories = self._document.dataset.categories()
            self._colors = class_colors(self._loaded.names, categories)
            self._show_sight()

    def _change_camera(self) -> None:
        self._sight = None
        self._pace.restart()
        self.view.show_picture(QImage())
        self._show_sight()

    def _take_picture(self, picture: LivePicture) -> None:
        if not self._is_active:
            return
        if self._loaded is None:
            self.view.show_picture(picture.image)
        else:
            self.detecting.look(picture)

    def _take_sight(self, sight: Sight) -> None:
        if self._live.picture is None or self._loaded is None:
            return  # of the camera or model before
        self._sight = sight
        self._pace.note(sight.picture.frame.number, sight.milliseconds)
        self._show_sight()

    def _show_sight(self) -> None:
        lowest = self.controls.lowest_score
        sight = self._sight
        shown = [each for each in sight.detections if each.score >= lowest] if sight else []
        if sight is not None:
            marks = [
                Mark(each.bbox, f"{each.name} {each.score:.2f}", self._color(each.category_id))
                for each in reversed(shown)  # the best on top
            ]
            self.view.show_picture(sight.picture.image, marks)
        counts = Counter(each.category_id for each in shown)
        names = {each.category_id: each.name for each in shown}
        self.controls.in_view.show_seen(
            [Seen(names[number], counts[number], self._color(number)) for number in sorted(counts)],
            self.tr("Nothing of this score") if sight is not None else self.tr("Nothing yet"),
        )
        self._show_numbers()

    def _color(self, category_id: int) -> str:
        return self._colors.get(category_id, "#e69f00")

    def _show_numbers(self) -> None:
        if self._sight is None:
            self.view.show_numbers("")
            return
        self.view.show_numbers(
            self.tr("{rate} fps   {ms} ms   {dropped} dropped").format(
                rate=round(self._pace.per_second()),
                ms=round(self._pace.milliseconds()),
                dropped=self._pace.dropped,
            )
        )

    def _connect(self) -> None:
        live, detecting, controls = self._live, self.detecting, self.controls
        live.picture_arrived.connect(self._take_picture)
        live.camera_changed.connect(self._change_camera)
        detecting.loaded.connect(self._take_model)
        detecting.saw.connect(self._take_sight)
        detecting.failed.connect(self._tell_broken)
        self.models.model_changed.connect(self._change_model)
        controls.score_changed.connect(self._take_score)
        controls.keep_requested.connect(self.keep_frame)
        self.no_model.train_requested.connect(self.train_requested)
        self.no_model.open_requested.connect(self.models.ask)
        self._numbers_timer.timeout.connect(self._show_numbers)
        self._document.categories_changed.connect(self._take_colors)

    def _tell_broken(self, sentence: str) -> None:
        self._loaded = self._sight = None
        self.health.set_problem(sentence, (self.tr("Open another model…"), self.models.ask))
        self._show_sight()

    def _lay_out(self) -> None:
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.no_model)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._pages, 1)
        row.addWidget(self.controls)
