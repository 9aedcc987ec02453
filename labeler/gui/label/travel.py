"""Moving through the images: which one is current, which comes next, and where one was last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.dataset.filters import ImageFilter
from labeler.dataset.model import Image, ImageState
from labeler.dataset.store import Dataset
from labeler.gui.document import Document
from labeler.gui.label import last_place
from labeler.gui.label.filmstrip import Filmstrip
from labeler.gui.label.last_place import Place, View
from labeler.gui.label.listing import Listing

_KEEP_MS = 500


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
        self.listing = Listing(document, filmstrip, self)
        self.direction = 1
        """1 forwards, -1 backwards: where the person went last."""
        self.image_id: int | None = None
        self.useful: Sequence[int] = ()
        """Images in which suggestions may wait, those first that help most by being labelled."""
        self._before_dry: int | None = None
        self._place_of: Dataset | None = None
        self._keeping = QTimer(self, singleShot=True, interval=_KEEP_MS)
        self._keeping.timeout.connect(self.keep_place)
        self.listing.listed.connect(self._follow_list)
        document.images_removed.connect(self._follow_removed)
        document.categories_changed.connect(self._follow_categories)
        filmstrip.chosen.connect(self._arrive)
        filmstrip.filters.changed.connect(self._follow_filter)
        filmstrip.place_typed.connect(self.find)

    def begin(self) -> None:
        """Another dataset was opened: where the person was last, else the first that is to do."""
        self.stop()
        dataset = self._document.dataset
        self.image_id, self._before_dry, self.direction = None, None, 1
        place = last_place.last(dataset.folder)
        place = replace(place, view=_usable(dataset, place.view))
        self._place_of = dataset
        self._strip.filters.show_view(place.view)
        self.listing.begin()
        start = _start(dataset, place)
        if start is not None:
            self._arrive(start)
        self.listing.make()

    def show_image(self, image_id: int) -> None:
        """Goes to an image, whatever is filtered: it stands in the list until one moves on."""
        if not self._strip.mark(image_id):
            if not self._document.dataset.matches(image_id, ImageFilter()):
                self._strip.mark(self.image_id or 0)
                self._document.say(self.tr("That image is not in the dataset any more."))
                return
            self._arrive(image_id)
            self.listing.make()
        elif image_id != self.image_id:
            self._arrive(image_id)

    def go_next(self) -> None:
        self.step(1, self.tr("That was the last image."))

    def go_previous(self) -> None:
        self.step(-1, self.tr("This is the first image."))

    def go_first(self) -> None:
        self._go_to_row(0)

    def go_last(self) -> None:
        self._go_to_row(self._strip.images.rowCount() - 1)

    def step(self, by: int, at_the_end: str = "") -> None:
        """Goes so many images on; where there is none, it says so."""
        with self._document.reporting():
            image = self._strip.step(by)
            if image is not None:
                self.direction = by
                self.show_image(image.id)
            elif at_the_end and self._strip.current() is not None:
                self._document.say(at_the_end)

    def go_next_unlabelled(self) -> None:
        """The next image to do after this one in the list, else the first of all."""
        self._go_to_next(
            {"state": ImageState.UNLABELLED}, self.tr("Every image is labelled. Well done.")
        )

    def go_next_suggested(self) -> None:
        """The most useful image in which suggestions wait; where nobody can tell, the next one of
        the list, else the first of all."""
        wanted = replace(self._strip.filters.view.wanted, has_suggestions=True)
        dataset = self._document.dataset
        waiting = (each for each in self.useful if dataset.matches(each, wanted))
        best = next((each for each in waiting if each != self.image_id), None)
        if best is not None:
            self.show_image(best)
            return
        self._go_to_next({"has_suggestions": True}, self.tr("No other image has suggestions."))

    def ask_where(self) -> None:
        """Asks for the number of an image in the list, or a part of its name."""
        self._strip.ask_where()

    def open_filter(self) -> None:
        self._strip.filters.open_panel()

    def show_all(self) -> None:
        """Clears the filter."""
        self._strip.show_all()

    def find(self, text: str) -> None:
        """Goes to the image with this number in the list, else to the next with such a name."""
        field, count = self._strip.go_to_field, self._strip.images.rowCount()
        if text.isdecimal() and 1 <= int(text) <= count:
            field.close()
            self._go_to_row(int(text) - 1)
            return
        if not text:
            field.close()
            return
        if text.isdecimal():
            fault = self.tr("There is no image {n}, and none has that name.").format(n=text)
        else:
            fault = self.tr("No image has that name.")

        def go(found: int | None) -> None:
            if found is None:
                field.show_fault(fault)
            else:
                field.close()
                self.show_image(found)

        wanted = replace(self._strip.filters.view.wanted, text=text)
        self._find_next([wanted, ImageFilter(text=text)], go_to_same=True, then=go)

    def previous(self) -> Image | None:
        """The image before the current one."""
        return self._strip.step(-1)

    def ahead(self, count: int) -> list[Image]:
        """The next images in the direction of travel, the nearest first."""
        return self._strip.ahead(count, self.direction)

    def keep_place(self) -> None:
        """Remembers where the person is, for the next start."""
        self._keeping.stop()
        if self._place_of is not None:
            place = Place(self.image_id, self._strip.filters.view)
            last_place.keep(self._place_of.folder, place)

    def stop(self) -> None:
        """The window closes, or another dataset is about to be shown."""
        self.listing.stop()
        if self._keeping.isActive():
            self.keep_place()

    def _go_to_row(self, row: int) -> None:
        if 0 <= row < self._strip.images.rowCount():
            self.show_image(self._strip.images.id_at(row))

    def _go_to_next(self, asked: Mapping[str, Any], sentence: str) -> None:
        """First among those in the list, then among all. sentence: what to say where none is."""

        def go(found: int | None) -> None:
            if found is None:
                self._document.say(sentence)
            else:
                self.show_image(found)

        listed = replace(self._strip.filters.view.wanted, **asked)
        self._find_next([listed, ImageFilter(**asked)], then=go)

    def _find_next(
        self,
        wishes: Sequence[ImageFilter],
        then: Callable[[int | None], None],
        *,
        go_to_same: bool = False,
    ) -> None:
        """The next image of the first wish that has one, going round; the current one only so."""
        view, current = self._strip.filters.view, self.image_id

        def look(dataset: Dataset) -> int | None:
            for wanted in wishes:
                for start in dict.fromkeys((current, None)):
                    found = dataset.image_after(
                        start, wanted, view.order, descending=view.descending
                    )
                    if found is not None and (go_to_same or found != current):
                        return found
            return None

        by_index = all(not each.text and each.category_id is None for each in wishes)
        self.listing.ask(look, then, is_quick=by_index)

    def _arrive(self, image_id: int) -> None:
        self.image_id, self._before_dry = image_id, None
        self._strip.mark(image_id)
        self.listing.move_to(image_id)
        self._keeping.start()
        self.arrived.emit(image_id)

    def _follow_filter(self) -> None:
        """The current image stays current where it fits, else the first one is."""
        self.listing.move_to(None)
        self.listing.make()
        self._keeping.start()

    def _follow_categories(self) -> None:
        """A class that is gone asks for nothing any more."""
        filters = self._strip.filters
        filters.choose(_usable(self._document.dataset, filters.view))

    def _follow_removed(self, image_ids: list[int]) -> None:
        """Where the current image went, the next one that is left is current, else the one before.

        The filmstrip has none of them any more, before anybody looks.
        """
        gone, images = set(image_ids), self._strip.images
        was_listed = list(images.image_ids)
        self.listing.drop(gone)
        if self.image_id in gone:
            row = was_listed.index(self.image_id) if self.image_id in was_listed else 0
            around = [*was_listed[row:], *reversed(was_listed[:row])]
            left = next((each for each in around if each not in gone), None)
            self.image_id = self._before_dry = None
            if left is None:
                self.listing.move_to(None)
                self.ran_dry.emit()
            else:
                self._arrive(left)
        elif self.image_id is not None:
            self._strip.mark(self.image_id)
        self.listing.make()

    def _follow_list(self) -> None:
        images = self._strip.images
        if self.image_id is not None and self._strip.mark(self.image_id):
            self.listing.move_to(self.image_id)
        elif images.rowCount():
            before = self._before_dry
            back = before is not None and images.row_of(before) is not None
            self._arrive(before if before is not None and back else images.id_at(0))
        else:
            self._before_dry = self.image_id or self._before_dry
            self.image_id = None
            self.ran_dry.emit()


def _usable(dataset: Dataset, view: View) -> View:
    """The view, less a class that was removed meanwhile."""
    wanted = view.wanted
    if wanted.category_id is not None and dataset.category(wanted.category_id) is None:
        wanted = replace(wanted, category_id=None)
    return replace(view, wanted=wanted)


def _start(dataset: Dataset, place: Place) -> int | None:
    """Where to begin: the last place, else the first to do of the list, else its first."""
    if place.image_id is not None and dataset.matches(place.image_id, ImageFilter()):
        return place.image_id
    view = place.view
    for wanted in (replace(view.wanted, state=ImageState.UNLABELLED), view.wanted):
        if view.wanted.state in (None, wanted.state):
            found = dataset.image_after(None, wanted, view.order, descending=view.descending)
            if found is not None:
                return found
    return None
