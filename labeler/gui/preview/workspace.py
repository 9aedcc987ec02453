"""The Preview workspace: the newest picture with what the detector sees on it."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from labeler.gui.class_colors import class_colors
from labeler.gui.decode import LivePicture
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.live_health import LiveHealth
from labeler.gui.picture_view import PictureView
from labeler.gui.preview import keys
from labeler.gui.preview.controls import Controls
from labeler.gui.preview.detecting import Detecting, LoadedModel, Sight
from labeler.gui.preview.frame_keeping import FrameKeeping
from labeler.gui.preview.judging import Judging, Verdict
from labeler.gui.preview.model_choice import ModelChoice
from labeler.gui.preview.no_model import NoModel
from labeler.gui.preview.pace import Pace
from labeler.gui.preview.reacting import Reacting
from labeler.gui.preview.recording import Going, Recording
from labeler.gui.preview.showing import Showing, Shown
from labeler.gui.workspace import Action, Workspace

_NUMBERS_MS = 250
_STEP = 0.05
_USUAL_RATE, _HIGHEST_RATE = 15, 30
"""Pictures a second of a recording."""


class PreviewWorkspace(Workspace):
    """train_requested: the person has no detector and wants one.

    shown carries a Shown for each picture that was looked at. image_requested: the person wants to
    label the image with this id; improve_requested: a training is to begin.
    """

    train_requested = Signal()
    image_requested = Signal(int)
    improve_requested = Signal()
    shown = Signal(object)

    def __init__(self, document: Document, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Preview")
        self._document = document
        self._live = live
        self._is_active = False
        self._loaded: LoadedModel | None = None
        self._score_was_set = False
        self._showing = Showing()
        self._shown: Shown | None = None
        self._going: Going | None = None
        self._pace = Pace()
        self.detecting = Detecting(self)
        self.frames = FrameKeeping(document, live, self)
        self.judging = Judging(document, self.frames, self)
        self.recording = Recording(document, self)
        self.reacting = Reacting(document, live, self)
        self.view = PictureView(self)
        self.health = LiveHealth(live, self.view)
        self.no_model = NoModel(self)
        self.controls = Controls(live, self.reacting, self)
        self.models = ModelChoice(document, self.controls.model, self)
        self._pages = QStackedWidget(self)
        self._numbers_timer = QTimer(self)
        self._numbers_timer.setInterval(_NUMBERS_MS)
        self._lay_out()
        self._connect()
        self._take_looks()
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
        self.reacting.switch_off()
        self._live.watch(self, watching=False)
        self._numbers_timer.stop()

    def shut_down(self) -> None:
        self.deactivated()
        self.detecting.finish()
        self.recording.finish()
        self.frames.finish()

    def use_model(self, model: Path) -> None:
        """Follows a training: its model.onnx, read again whenever it is replaced."""
        self.models.follow(Path(model), is_watched=self._is_active)

    def keep_frame(self) -> None:
        """Adds the picture in view to the dataset, byte for byte, to be labelled."""
        if self.frames.keep(self._in_view()):
            self.view.flash()

    def _in_view(self) -> LivePicture | None:
        return self._shown.sight.picture if self._shown is not None else self._live.picture

    def show_fewer(self) -> None:
        self.controls.set_score(self.controls.lowest_score + _STEP)

    def show_more(self) -> None:
        self.controls.set_score(self.controls.lowest_score - _STEP)

    def judge(self, verdict: Verdict) -> None:
        """The person's word on the picture in view, which joins the dataset with it."""
        if self.judging.judge(verdict, self._shown, self._model_name()):
            self.view.flash()

    def obstacle_to_improve(self) -> str:
        """Why there is nothing to learn from yet, or nothing."""
        if self.judging.joined:
            return ""
        return self.tr("Judge some pictures first: right, wrong or missed.")

    def improve(self) -> None:
        """To the first judged frame that is still to be labelled; where all are, to a training."""
        if obstacle := self.obstacle_to_improve():
            self._document.say(obstacle)
        elif waiting := self.judging.waiting():
            self.image_requested.emit(waiting[0])
        else:
            self.judging.begin_training()
            self.improve_requested.emit()

    def react(self) -> None:
        """The rules are followed from now on, or no longer. Without any they are shown."""
        if self.reacting.is_on:
            self.reacting.switch_off()
        elif any(rule.is_on for rule in self.reacting.rules):
            self.reacting.switch_on()
        else:
            self.show_rules()

    def show_rules(self) -> None:
        """The dialog with all rules."""
        from labeler.gui.preview.rules_dialog import RulesDialog

        names = list(self._loaded.names.values()) if self._loaded is not None else []
        RulesDialog(self.reacting, names, self).open()

    def stop(self) -> None:
        """Esc: nothing new is begun on the robot."""
        self.reacting.switch_off()

    def record(self) -> None:
        """Begins a recording, or ends the one under way."""
        if self.recording.is_on:
            self.recording.stop()
        elif self._loaded is None or self._live.picture is None:
            self._document.say(self.tr("Not recorded: there is no picture with detections yet."))
        else:
            rate = round(self._pace.per_second()) or _USUAL_RATE
            self.recording.start(
                self._model_name(),
                per_second=float(min(_HIGHEST_RATE, rate)),
                keep_every=self.controls.record.keep_every,
            )

    def _change_model(self, model: Path | None) -> None:
        self._loaded = self._shown = None
        self._score_was_set = False
        self._pace.restart()
        self._showing.restart()
        self.judging.reset()
        self.detecting.use(model)
        self.health.set_problem("")
        self._pages.setCurrentWidget(self.no_model if model is None else self.view)
        self.controls.score.setEnabled(model is not None)
        self.controls.judge.set_ready(model is not None)
        self._take_colors()

    def _take_model(self, loaded: LoadedModel) -> None:
        if loaded.path != self.models.model:
            return
        if self._loaded is not None:
            self._document.say(self.tr("A better checkpoint has come and is in use."))
            self.judging.reset()
        self._loaded = loaded
        self.health.set_problem("")
        if not self._score_was_set:
            self.controls.show_score(loaded.threshold)
        self._showing.lowest = self.controls.lowest_score
        self._take_colors()
        if self._live.picture is not None:
            self._take_picture(self._live.picture)

    def _take_score(self) -> None:
        self._score_was_set = True
        self._showing.lowest = self.controls.lowest_score
        self._show_again()

    def _take_looks(self) -> None:
        self._showing.numbered = self.controls.numbered.isChecked()
        self._showing.smooth = self.controls.smooth.isChecked()
        self._showing.hidden = self.controls.in_view.hidden_names
        self._show_again()

    def _take_colors(self) -> None:
        names = self._loaded.names if self._loaded is not None else {}
        self._showing.colors = class_colors(names, self._document.dataset.categories())
        self.controls.in_view.show_classes(names, self._showing.colors)
        self._show_again()

    def _change_camera(self) -> None:
        self._shown = None
        self._pace.restart()
        self._showing.restart()
        self.view.show_picture(QImage())
        self._show_again()

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
        frame = sight.picture.frame
        late_ms = 1000 * (time.monotonic() - frame.received)
        self._pace.note(frame.number, sight.milliseconds, late_ms=late_ms)
        self._show(sight)
        assert self._shown is not None
        self.recording.add(self._shown, self._loaded.names)
        self.reacting.look(self._shown)
        self.shown.emit(self._shown)

    def _show_again(self) -> None:
        """The same picture, under what was chosen meanwhile."""
        if self._shown is not None:
            self._show(self._shown.sight)
            return
        self.controls.in_view.show_counts({})
        self._show_numbers()

    def _show(self, sight: Sight) -> None:
        shown = self._shown = self._showing.show(sight)
        self.view.show_picture(sight.picture.image, shown.marks)
        self.controls.in_view.show_counts(shown.counts)
        self._show_numbers()

    def _show_numbers(self) -> None:
        if self._shown is None:
            self.view.show_numbers("")
            return
        self.view.show_numbers(
            self.tr("{rate} fps   {ms} ms   {late} ms late   {dropped} dropped").format(
                rate=round(self._pace.per_second()),
                ms=round(self._pace.milliseconds()),
                late=round(self._pace.late_ms()),
                dropped=self._pace.dropped,
            )
        )

    def _model_name(self) -> str:
        """With its run's: the file is called the same in all."""
        path = self.models.model
        return "" if path is None else f"{path.parent.name}/{path.name}"

    def _show_tally(self) -> None:
        waiting = len(self.judging.waiting()) if self.judging.joined else 0
        self.controls.judge.show_tally(self.judging.tally, self.judging.joined, waiting)

    def _show_going(self, going: Going | None) -> None:
        self._going = going
        self.controls.record.show_going(going)
        self._show_alarm()

    def _show_alarm(self) -> None:
        """What must not be forgotten while it is on."""
        words = []
        if self._going is not None:
            words.append(self.tr("Recording   {0}").format(self._going.words()))
        if self.reacting.is_on:
            words.append(self.tr("Reacting"))
        self.view.show_alarm("   ".join(words))

    def _connect(self) -> None:
        live, detecting, controls = self._live, self.detecting, self.controls
        live.picture_arrived.connect(self._take_picture)
        live.camera_changed.connect(self._change_camera)
        detecting.loaded.connect(self._take_model)
        detecting.saw.connect(self._take_sight)
        detecting.failed.connect(self._tell_broken)
        self.models.model_changed.connect(self._change_model)
        controls.score_changed.connect(self._take_score)
        controls.looks_changed.connect(self._take_looks)
        controls.judge.judged.connect(self.judge)
        controls.judge.reset_requested.connect(self.judging.reset)
        controls.judge.improve_requested.connect(self.improve)
        self.judging.changed.connect(self._show_tally)
        controls.react.toggle_requested.connect(self.react)
        controls.react.rules_requested.connect(self.show_rules)
        self.reacting.changed.connect(self._show_alarm)
        controls.record.toggle_requested.connect(self.record)
        self.recording.changed.connect(self._show_going)
        controls.keep_requested.connect(self.keep_frame)
        self.no_model.train_requested.connect(self.train_requested)
        self.no_model.open_requested.connect(self.models.ask)
        self._numbers_timer.timeout.connect(self._show_numbers)
        self._document.categories_changed.connect(self._take_colors)

    def _tell_broken(self, sentence: str) -> None:
        self._loaded = self._shown = None
        self.health.set_problem(sentence, (self.tr("Open another model…"), self.models.ask))
        self._show_again()

    def _lay_out(self) -> None:
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.no_model)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._pages, 1)
        row.addWidget(self.controls)
