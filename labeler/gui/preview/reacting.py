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
from labeler.gui.background import run_in_background
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.preview import remembered, rule_words
from labeler.gui.preview.showing import Shown
from labeler.react.outside import post, run_command
from labeler.react.rules import Deed, Due, Lookout, Rule, Sighted, from_json, to_json

_MOST_UNDER_WAY = 2
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
        live.camera_changed.connect(self.switch_off)

    @property
    def is_on(self) -> bool:
        return self._lookout is not None

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

    def switch_off(self) -> None:
        """What is under way comes to its end; nothing new begins."""
        if self._lookout is not None:
            self._lookout = None
            self.changed.emit()

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
        for due in self._lookout.see(things, size, time.monotonic()):
            self.do(due)

    def do(self, due: Due) -> None:
        """In the background. Where the last ones are still under way, it is left out and told."""
        if self._under_way >= _MOST_UNDER_WAY:
            self._tell(due, self.tr("Left out: the one before is still under way."))
            return
        self._under_way += 1
        deed = _deed(due, self._live.camera, self._live.name)
        run_in_background(
            lambda _report, _stop: deed(),
            on_done=lambda told: self._end(due, str(told or "")),
            on_error=lambda error: self._fail(due, error),
            owner=self,
        )

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


def _deed(due: Due, camera: Camera | None, name: str) -> Callable[[], str | None]:
    """What is to be done, away from the window."""
    text = due.rule.text.strip()
    angle = robot.angle_towards(due.thing.box, due.picture[0])
    return {
        Deed.SAY: lambda: robot.say(camera, text),
        Deed.ANIMATE: lambda: robot.animate(camera, text),
        Deed.TURN: lambda: robot.turn(camera, angle),
        Deed.RUN: lambda: run_command(due),
        Deed.POST: lambda: post(due, name),
    }[due.rule.deed]
