"""Does what the person's rules say when something is seen; off until it is switched on."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from labeler.cameras import reacting as robot
from labeler.cameras.base import Camera
from labeler.errors import UserError
from labeler.gui.background import Job, run_in_background
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.preview import remembered, rule_words
from labeler.gui.preview.showing import Shown
from labeler.react.leash import Leash
from labeler.react.outside import post, run_command
from labeler.react.rules import Deed, Due, Lookout, Rule, Sighted, from_json, to_json

ShouldStop = Callable[[], bool]

_MOST_UNDER_WAY = 2
_LONG_S = 3.0
"""Seconds that a rule waits for others in silence."""
_LOG_LINES = 100


@dataclass(frozen=True, slots=True)
class Done:
    """One line of what was done. failure: why it was not, or nothing."""

    at: datetime
    rule: Rule
    words: str
    failure: str = ""


class Reacting(QObject):
    """changed: the rules, or whether they are followed; logged carries a Done."""

    changed = Signal()
    logged = Signal(object)

    def __init__(self, document: Document, live: LiveCamera, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rules: list[Rule] = from_json(remembered.recall().rules)
        self.log: deque[Done] = deque(maxlen=_LOG_LINES)
        self._document = document
        self._live = live
        self._lookout: Lookout | None = None
        self._under_way = 0
        self._waiting: dict[Rule, float] = {}  # since when
        self._told_waiting: set[Rule] = set()
        self._jobs: list[Job] = []
        self._leash = Leash()
        live.camera_changed.connect(self._leave_camera)
        document.dataset_opened.connect(self._leave_dataset)

    @property
    def is_on(self) -> bool:
        return self._lookout is not None

    @property
    def is_busy(self) -> bool:
        """Whether something is done now, or waits for its turn."""
        return self._under_way > 0

    def toggle(self) -> bool:
        """On or off. False where it should go on and there is no rule to follow."""
        if self.is_on:
            self.switch_off()
        elif any(rule.is_on for rule in self.rules):
            self._lookout = Lookout(self.rules)  # counts begin now
            self.changed.emit()
        else:
            return False
        return True

    def switch_off(self, why: str = "") -> None:
        """What is under way comes to its end; nothing new begins, nor what waits for its turn.

        why: what the person is told where it was on.
        """
        for job in self._jobs:
            job.cancel()
        if self._lookout is not None:
            self._lookout = None
            self.changed.emit()
            if why:
                self._document.say(why)

    def finish(self) -> None:
        """For a window that closes: no command outlives it, and no call is waited for."""
        self.switch_off()
        self._leash.end()

    def leave_model(self) -> None:
        """Its classes are those of another detector now."""
        self.switch_off(self.tr("No longer reacting: another detector is in use now."))

    def use(self, rules: Sequence[Rule]) -> None:
        """Takes other rules and keeps them for the next time."""
        self.rules = list(rules)
        remembered.keep(rules=to_json(self.rules))
        if self.is_on:
            self._lookout = Lookout(self.rules) if any(r.is_on for r in self.rules) else None
        self.changed.emit()

    def look(self, shown: Shown) -> None:
        """The newest picture: all that was found counts, also what is not shown."""
        if self._lookout is None:
            return
        image = shown.sight.picture.image
        size = (image.width(), image.height())
        things = [Sighted(each.name, each.score, each.bbox) for each in shown.sight.detections]
        self._take_turns(self._lookout, self._lookout.see(things, size, time.monotonic()))

    def do(self, due: Due) -> None:
        """In the background. Where the last ones are still under way, it is left out and told."""
        if self._is_full():
            self._tell(due, self.tr("Skipped: two others are still running."))
            return
        self._under_way += 1
        deed = _deed(due, self._live.camera, self._live.name, self._leash)
        job = run_in_background(
            lambda _report, should_stop: deed(should_stop),
            on_done=lambda told: self._end(due, str(told or "")),
            on_error=lambda error: self._fail(due, error),
            owner=self,
        )
        self._jobs = [*(each for each in self._jobs if not each.is_over), job]

    def _take_turns(self, lookout: Lookout, due: Sequence[Due]) -> None:
        """Those that wait longest first. Who waits long is told once: no rule that hangs is to be
        drowned in it.
        """
        now, before = time.monotonic(), self._waiting
        self._waiting = {}
        for each in sorted(due, key=lambda one: before.get(one.rule, now)):
            if not self._is_full():
                self.do(each)
                continue
            lookout.put_back(each.rule)
            since = self._waiting[each.rule] = before.get(each.rule, now)
            if now - since >= _LONG_S and each.rule not in self._told_waiting:
                self._told_waiting.add(each.rule)
                self._tell(each, self.tr("Waiting: two others are still running."))
        self._told_waiting &= self._waiting.keys()

    def _leave_camera(self) -> None:
        self.switch_off(self.tr("No longer reacting: the camera was changed or closed."))

    def _leave_dataset(self) -> None:
        self.switch_off(self.tr("No longer reacting: another dataset was opened."))

    def _is_full(self) -> bool:
        return self._under_way >= _MOST_UNDER_WAY

    def _end(self, due: Due, told: str) -> None:
        self._under_way -= 1
        words = rule_words.deed_words(due.rule)
        self._log(Done(datetime.now(), due.rule, f"{words}   {told}".strip()))

    def _fail(self, due: Due, error: Exception) -> None:
        self._under_way -= 1
        if not isinstance(error, UserError):
            raise error
        self._tell(due, str(error))

    def _tell(self, due: Due, failure: str) -> None:
        words = rule_words.deed_words(due.rule)
        self._log(Done(datetime.now(), due.rule, words, failure))
        self._document.say(self.tr("{0} was seen. {1}").format(due.thing.category, failure))

    def _log(self, done: Done) -> None:
        self.log.append(done)
        self.logged.emit(done)


def _deed(
    due: Due, camera: Camera | None, name: str, leash: Leash
) -> Callable[[ShouldStop], str | None]:
    """What is to be done, away from the window; it raises UserError where it is not wanted now."""
    text = due.rule.text.strip()
    angle = robot.angle_towards(due.thing.box, due.picture[0])
    acts: dict[Deed, Callable[[ShouldStop], str | None]] = {
        Deed.SAY: lambda should_stop: robot.say(camera, text, should_stop),
        Deed.ANIMATE: lambda should_stop: robot.animate(camera, text, should_stop),
        Deed.TURN: lambda should_stop: robot.turn(camera, angle, should_stop),
        Deed.RUN: lambda _should_stop: run_command(due, leash),
        Deed.POST: lambda _should_stop: post(due, name, leash),
    }
    act = acts[due.rule.deed]

    def deed(should_stop: ShouldStop) -> str | None:
        robot.require_wanted(should_stop)
        return act(should_stop)

    return deed
