"""Moving through the images: which one is current, which comes next, and what the filter shows."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from labeler.dataset.model import Image, ImageState
from labeler.gui.document import Document
from labeler.gui.label.filmstrip import Filmstrip


class Travel(QObject):
    """Goes through the images of the filmstrip.

    arrived carries the id of the image that is current now; ran_dry comes where none is shown.
    """

    arrived = Signal(int)
    ran_dry = Signal()

    def __init__(
        self, document: Document, filmstrip: Filmstrip, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._strip = filmstrip
        self.direction = 1
        """1 forwards, -1 backwards: where the person went last."""
        self.image_id: int | None = None
        document.image_state_changed.connect(self._follow_image)
        document.many_images_changed.connect(self._fill)
        document.suggestions_changed.connect(self._follow_suggestions)
        document.images_added.connect(self._follow_added)
        filmstrip.chosen.connect(self._arrive)
        filmstrip.filter_changed.connect(lambda state: self._fill())

    def begin(self) -> None:
        """Another dataset was opened: its first image that is to do."""
        self.image_id = None
        self._fill()
        to_do = self._document.dataset.images(ImageState.UNLABELLED)
        if to_do and self._strip.state() is None:
            self._strip.go_to(to_do[0].id)

    def show_image(self, image_id: int) -> None:
        """Goes to an image, whatever is filtered."""
        if not self._strip.go_to(image_id):
            self._strip.show_all()
            self._strip.go_to(image_id)

    def go_next(self) -> None:
        self.step(1, self.tr("That was the last image."))

    def go_previous(self) -> None:
        self.step(-1, self.tr("This is the first image."))

    def step(self, by: int, at_the_end: str = "") -> None:
        """Goes so many images on; where there is none, it says so."""
        image = self._strip.step(by)
        if image is not None:
            self.direction = by
            self._strip.go_to(image.id)
        elif at_the_end:
            self._document.say(at_the_end)

    def go_next_unlabelled(self) -> None:
        """The next image to do after this one, else the first of all."""
        to_do = self._document.dataset.images(ImageState.UNLABELLED)
        current = self.image_id or 0
        following = next((image for image in to_do if image.id > current), None)
        following = following or next((image for image in to_do if image.id != current), None)
        if following is None:
            self._document.say(self.tr("No image is left to do. Well done."))
        else:
            self.show_image(following.id)

    def previous(self) -> Image | None:
        """The image before the current one."""
        return self._strip.step(-1)

    def ahead(self, count: int) -> list[Image]:
        """The next images in the direction of travel, the nearest first."""
        return self._strip.ahead(count, self.direction)

    def show_counts(self) -> None:
        self._strip.show_counts(self._document.dataset.counts())

    def _arrive(self, image_id: int) -> None:
        self.image_id = image_id
        self.arrived.emit(image_id)

    def _fill(self) -> None:
        dataset, current = self._document.dataset, self.image_id
        images = dataset.images(self._strip.state())
        self._strip.images.show(dataset, images)
        self.show_counts()
        if images and not (current is not None and self._strip.go_to(current)):
            self._strip.go_to(images[0].id)
        if not images:
            self.image_id = None
            self.ran_dry.emit()

    def _follow_image(self, image_id: int) -> None:
        self._strip.images.update_image(self._document.dataset.image(image_id))
        self.show_counts()

    def _follow_suggestions(self, image_ids: list[int]) -> None:
        for image_id in image_ids:
            self._strip.images.update_image(self._document.dataset.image(image_id))
        self.show_counts()

    def _follow_added(self, image_ids: list[int]) -> None:
        dataset, state = self._document.dataset, self._strip.state()
        added = [dataset.image(image_id) for image_id in image_ids]
        self._strip.images.append(image for image in added if state is None or image.state is state)
        self.show_counts()
        if self.image_id is None and self._strip.images.rowCount():
            self._strip.go_to(self._strip.images.image_at(0).id)
