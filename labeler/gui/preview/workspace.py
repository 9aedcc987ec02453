"""The Preview workspace: the newest picture with what the detector sees on it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from labeler.gui.decode import LivePicture
from labeler.gui.document import Document
from labeler.gui.floating_bars import FloatingBars
from labeler.gui.live import LiveCamera
from labeler.gui.preview import keys
from labeler.gui.preview.asking import Asking
from labeler.gui.preview.controls import Controls
from labeler.gui.preview.detecting import LoadedModel
from labeler.gui.preview.frame_keeping import FrameKeeping
from labeler.gui.preview.judging import Judging
from labeler.gui.preview.looking import Looking
from labeler.gui.preview.model_choice import ModelChoice
from labeler.gui.preview.nothing_in_view import NothingInView
from labeler.gui.preview.number_words import eased_words
from labeler.gui.preview.on_show import OnShow
from labeler.gui.preview.own_detector import OwnDetector
from labeler.gui.preview.reacting import Reacting
from labeler.gui.preview.recording import Recording
from labeler.gui.preview.showing import Shown
from labeler.gui.preview.wishes import Wishes
from labeler.gui.unkept_words import before_closing, before_leaving
from labeler.gui.workspace import Action, Workspace
from labeler.react.rules import never_seen
from labeler.runs.detector import READY_MADE

_NUMBERS_MS = 250


class PreviewWorkspace(Workspace):
    """train_requested: the person has no detector and wants one.

    shown carries a Shown for each picture that was looked at. image_requested: the person wants to
    label the image with this id; improve_requested: a training is to go on from this model.
    """

    train_requested = Signal()
    image_requested = Signal(int)
    improve_requested = Signal(object)
    shown = Signal(object)

    def __init__(self, document: Document, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Preview")
        self._document = document
        self._live = live
        self._is_active = False
        self.looking = Looking(document, live, self)
        self.frames = FrameKeeping(document, live, self)
        self.judging = Judging(document, self.frames, self)
        self.recording = Recording(document, self)
        self.reacting = Reacting(document, live, self)
        self.on_show = OnShow(live, self.looking, self)
        self.stage, self.view = self.on_show.stage, self.on_show.stage.view
        self.health, self.big_screen = self.on_show.health, self.on_show.big_screen
        self.own_detector = OwnDetector(self)
        self.controls = Controls(document, live, self.reacting, self)
        self.models = ModelChoice(document, self.controls.model, self)
        self.asking = Asking(document, self.looking, self.judging, self.controls.bar.judge)
        self._wishes = Wishes(document, self.looking, self.controls, self)
        self.nothing = NothingInView(live, self.looking, self.controls)
        self._numbers_timer = QTimer(self)
        self._numbers_timer.setInterval(_NUMBERS_MS)
        self._lay_out()
        self._connect()
        self._connect_controls()
        self._change_model(None, is_checkpoint=False)
        self.models.refresh()

    def actions_table(self) -> list[Action]:
        return keys.actions(self)

    def activated(self) -> None:
        self._is_active = True
        self._live.watch(self, watching=True, wants=self.looking.wants)
        self.controls.watch.refresh()
        self.controls.beside.refresh()
        self.models.refresh()
        self.looking.resume()
        self.looking.take_colors()
        self._numbers_timer.start()
        if self._live.picture is not None:
            self._take_picture(self._live.picture)
        self.health.refresh()
        self.on_show.health_beside.refresh()
        self.view.setFocus()

    def deactivated(self) -> None:
        self._is_active = False
        self.looking.hold(on=False)
        self.reacting.switch_off()
        self.big_screen.close()
        self.nothing.rest()
        self.recording.stop()
        self._live.watch(self, watching=False)
        self._numbers_timer.stop()

    def is_settled(self) -> bool:
        no_look_comes = self.models.model is None or self._live.choice is None
        return no_look_comes or self.looking.last is not None

    def closing_question(self) -> str:
        return before_closing(self.frames.count_unkept())

    def leaving_question(self) -> str:
        return before_leaving(self.frames.count_unkept())

    def main_part(self) -> QWidget:
        return self.stage

    def signs_height(self) -> int:
        return self.stage.signs_height()

    def shut_down(self) -> None:
        self.deactivated()
        self.reacting.finish()
        self.looking.finish()
        self.recording.finish()
        self.frames.finish()

    def use_model(self, model: Path) -> None:
        """Follows a training: its newest model, read again whenever it is replaced."""
        self.models.follow(Path(model), is_watched=self._is_active)

    def ask_model(self) -> None:
        """For any model file; the dialog would open behind the big screen."""
        self.big_screen.close()
        self.models.ask()

    def keep_frame(self) -> None:
        """Adds the picture in view to the dataset, byte for byte, to be labelled."""
        last = self.looking.last
        if self.frames.keep(last.sight.picture if last is not None else self._live.picture):
            self.on_show.flash()

    def hold(self) -> None:
        """The picture in view stays, or the newest ones come again."""
        if self.looking.last is None:
            self._document.say(self.tr("There is no picture with detections to hold yet."))
        else:
            self.looking.hold(on=not self.looking.is_held)

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
            model = self.models.model
            self.improve_requested.emit(None if model in READY_MADE else model)

    def react(self) -> None:
        """The rules are followed from now on, or no longer. Without any they are shown."""
        if not self.reacting.toggle():
            self.show_rules()
            return
        names = self._names() if self.reacting.is_on else []
        if names and (vain := never_seen(self.reacting.rules, names)):
            words = self.tr("Reacting, but this detector has no class {0}.")
            self._document.say(words.format(", ".join(f'"{each}"' for each in vain)))

    def show_rules(self) -> None:
        """The dialog with all rules."""
        from labeler.gui.preview.rules_dialog import RulesDialog

        RulesDialog(self.reacting, self._names(), self.big_screen.screen or self).open()

    def stop(self) -> None:
        """Esc: nothing new is begun on the robot, and the big screen is left."""
        self.reacting.switch_off()
        self.big_screen.close()

    def record(self) -> None:
        """Begins a recording, or ends the one under way."""
        self.recording.toggle(self.looking, self.controls.record.keep_every)

    def _names(self) -> list[str]:
        """Of the classes of the detector in use."""
        return list(self.looking.model.names.values()) if self.looking.model is not None else []

    def _change_model(self, model: Path | None, is_checkpoint: bool) -> None:
        if model is not None and is_checkpoint:
            self.looking.take_up(model)
            self._show_names()
            return
        self.reacting.leave_model()
        self.judging.reset()
        self.looking.use(model, self.controls.beside.path)
        self.health.set_problem("")
        self.own_detector.show_for(model)
        self.controls.set_ready(model is not None)
        self._show_names()
        self._wishes.leave_model()
        self._clear()

    def _change_beside(self, model: Path | None) -> None:
        if self.looking.beside is None or self.looking.beside.path != model:
            self.judging.reset(is_beside=True)
        self.looking.use(self.models.model, model)
        self.on_show.health_beside.set_problem("")
        self._show_names()

    def _take_pair(self, first: Path, second: Path) -> None:
        self.models.choose(first)
        self.controls.beside.use(second)

    def _take_model(self, loaded: LoadedModel, is_newer: bool) -> None:
        if is_newer:
            self._document.say(self.tr("The model was just updated by the training."))
        self.judging.reset(is_beside=loaded.is_beside)
        health = self.on_show.health_beside if loaded.is_beside else self.health
        health.set_problem("")
        self._wishes.take_model(loaded)

    def _change_camera(self) -> None:
        self.looking.leave_camera()
        self.on_show.clear()
        self._clear()

    def _take_picture(self, picture: LivePicture) -> None:
        if self._is_active:
            self.looking.look(picture)

    def _take_shown(self, shown: Shown) -> None:
        self._show(shown)
        assert self.looking.pane is not None
        self.recording.add(self.looking.pane, self.looking.pane_beside)
        self.reacting.look(shown)
        self.shown.emit(shown)

    def _show(self, shown: Shown) -> None:
        self.controls.in_view.show_counts(shown.counts)
        self.on_show.show(shown, self.controls.in_view.seen)

    def _clear(self) -> None:
        self.controls.in_view.show_counts({})
        self.on_show.show_numbers()

    def _show_names(self) -> None:
        first, second = self.controls.model, self.controls.beside
        names = (first.name, second.name) if self.models.model and second.path else None
        self.on_show.show_names(names)
        self.controls.bar.show_names(names)

    def _tell_broken(self, sentence: str, is_beside: bool) -> None:
        if is_beside:
            without = partial(self.controls.beside.use, None)
            self.on_show.health_beside.set_problem(sentence, (self.tr("Without it"), without))
            return
        self.models.mark_broken()
        self.health.set_problem(sentence, (self.tr("Open another model…"), self.models.ask))
        self._clear()

    def _connect(self) -> None:
        looking, on_show = self.looking, self.on_show
        self._live.picture_arrived.connect(self._take_picture)
        self._live.camera_changed.connect(self._change_camera)
        self.big_screen.opened.connect(looking.draw_again)
        self.big_screen.escaped.connect(self.reacting.switch_off)
        looking.loaded.connect(self._take_model)
        looking.shown.connect(self._take_shown)
        looking.redrawn.connect(self._show)
        looking.bare.connect(on_show.show_bare)
        looking.broken.connect(self._tell_broken)
        looking.held.connect(on_show.show_held)
        looking.held.connect(self.frames.take_held)
        looking.held.connect(self.controls.bar.show_held)
        looking.eased.connect(lambda: self._document.say(eased_words(looking)))
        self.asking.taken.connect(on_show.flash)
        self.reacting.changed.connect(lambda: on_show.show_reacting(is_on=self.reacting.is_on))
        self.recording.changed.connect(on_show.show_going)
        self.stage.signs_moved.connect(self.main_part_changed)
        self.recording.changed.connect(self.controls.record.show_going)
        self._numbers_timer.timeout.connect(on_show.show_numbers)
        self._numbers_timer.timeout.connect(on_show.show_deed)

    def _connect_controls(self) -> None:
        controls = self.controls
        self.models.model_changed.connect(self._change_model)
        for box in (controls.model, controls.beside):
            box.renamed.connect(self._show_names)
        self.own_detector.train_requested.connect(self.train_requested)
        controls.beside.chosen.connect(self._change_beside)
        controls.beside.pair_chosen.connect(self._take_pair)
        controls.react.toggle_requested.connect(self.react)
        controls.react.rules_requested.connect(self.show_rules)
        controls.record.toggle_requested.connect(self.record)
        controls.record.open_requested.connect(self.recording.open_folder)
        controls.bar.hold_requested.connect(self.hold)
        controls.bar.keep_requested.connect(self.keep_frame)
        controls.bar.judge.improve_requested.connect(self.improve)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.stage, 1)
        row.addWidget(self.controls)
        bars = FloatingBars(self, self.stage)
        bars.add(self.nothing.bar)
        bars.add(self.own_detector)
