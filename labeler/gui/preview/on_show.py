"""The picture wherever it is on show, in the window and on the big screen, with what it tells."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from labeler.gui.decode import LivePicture
from labeler.gui.live import LiveCamera
from labeler.gui.live_health import LiveHealth
from labeler.gui.preview.big_screen import BigScreenSwitch
from labeler.gui.preview.class_list import Seen
from labeler.gui.preview.deed_caption import DeedCaption
from labeler.gui.preview.looking import Looking
from labeler.gui.preview.number_words import number_words
from labeler.gui.preview.recording import Going
from labeler.gui.preview.showing import Shown
from labeler.gui.preview.stage_view import StageView


class OnShow(QObject):
    """stage is in the window, big_screen beside it.

    health tells on the stage what is wrong, health_beside what is with the second detector alone.
    """

    def __init__(self, live: LiveCamera, looking: Looking, parent: QWidget) -> None:
        super().__init__(parent)
        self._looking = looking
        self.stage = StageView(parent)
        self.big_screen = BigScreenSwitch(live, parent)
        self.health = LiveHealth(live, self.stage.view)
        self.health_beside = LiveHealth(live, self.stage.second, tells_camera=False)
        self._live = live
        self._deeds = DeedCaption()
        self._going: Going | None = None
        self._is_reacting = self._is_held = False

    def show(self, shown: Shown, seen: tuple[Seen, ...]) -> None:
        """With what the second detector found on it; seen: the classes in view."""
        beside = self._looking.last_beside
        image, marks = shown.sight.picture.image, beside.marks if beside is not None else ()
        self.stage.show_picture(image, shown.marks, marks)
        self.big_screen.show_picture(image, shown.marks, marks, seen)
        self.show_numbers()

    def show_bare(self, picture: LivePicture) -> None:
        """A picture that nobody has looked at."""
        self.stage.show_picture(picture.image)
        self.big_screen.show_picture(picture.image, (), (), ())

    def clear(self) -> None:
        """There is no picture as yet."""
        self.stage.show_picture(QImage())
        self.big_screen.clear()

    def flash(self) -> None:
        """The shutter's blink."""
        self.stage.view.flash()
        self.big_screen.flash()

    def show_numbers(self) -> None:
        """How the looking goes, in the corner."""
        words = self.tr("Loading the detector.") if self._looking.is_loading else ""
        if self._looking.last is not None:
            words = number_words(self._looking)
        self.stage.view.show_numbers(words)

    def show_deed(self) -> None:
        """What the simulated robot would do."""
        words = self._deeds.words(self._live.camera)
        self.stage.view.show_caption(words)
        self.big_screen.show_caption(words)

    def show_names(self, names: tuple[str, str] | None) -> None:
        """What the two detectors are; None: there is one alone."""
        self.stage.show_names(names)
        self.big_screen.show_names(names)

    def show_going(self, going: Going | None) -> None:
        """How far a recording is; None: nothing is recorded."""
        self._going = going
        self._show_alarm()

    def show_reacting(self, *, is_on: bool) -> None:
        """Whether rules are followed."""
        self._is_reacting = is_on
        self._show_alarm()

    def show_held(self, is_held: bool) -> None:
        """Whether the picture stays, whatever the camera sends."""
        self._is_held = is_held
        self._show_alarm()

    def _show_alarm(self) -> None:
        """What must not be forgotten while it is on."""
        words = []
        if self._going is not None:
            words.append(self.tr("Recording   {0}").format(self._going.words()))
        if self._is_reacting:
            words.append(self.tr("Reacting"))
        if self._is_held:
            words.append(self.tr("Held"))
        self.stage.view.show_alarm("   ".join(words))
        self.big_screen.show_alarm("   ".join(words))
