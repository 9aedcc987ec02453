"""Taking a COCO file and its pictures into a dataset: what is good, with a list of what is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from labeler.dataset import coco_boxes, coco_entries
from labeler.dataset.category_edits import next_color
from labeler.dataset.changes import Edit, ImportChange, VerifiedChange
from labeler.dataset.coco_entries import BadEntry, ImageEntry, Key
from labeler.dataset.coco_found import FoundBoxes
from labeler.dataset.coco_pictures import FolderPictures, Pictures
from labeler.dataset.coco_plan import Plan, Told, made_plan
from labeler.dataset.imported import Imported
from labeler.dataset.intake import Intake, Looked, look
from labeler.dataset.json_stream import JsonSource, entries, source_of
from labeler.dataset.model import Annotation, Category, Image, ImageState, Session
from labeler.dataset.progress import OnProgress, ShouldStop, Stopped, ignore_progress, never_stop
from labeler.dataset.store import Dataset
from labeler.dataset.words import counted
from labeler.errors import UserError
from trainer.shell_text import one_line

_STEPS = 1000
"""What on_progress gets as the total: reading takes 0 to 100, pictures to 900, boxes the rest."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was taken and what was not.

    skipped and corrected hold (what, why), at most MAX_TOLD each; the totals count all.
    new_ids: the images that came; changed_ids: those from before that got boxes or a confirmation.
    """

    images_added: int
    annotations_added: int
    categories_added: int
    skipped: tuple[tuple[str, str], ...]
    corrected: tuple[tuple[str, str], ...]
    skipped_total: int
    corrected_total: int
    suggestions_added: int
    new_ids: tuple[int, ...] = ()
    changed_ids: tuple[int, ...] = ()


@dataclass(slots=True)
class _Taken:
    """An image of the file that has a row, or will: new ones wait in incoming/."""

    entry: ImageEntry
    image: Image
    is_new: bool
    orientation: int
    mentioned: bool = False
    lost_boxes: bool = False


def import_coco(
    dataset: Dataset,
    coco: Path | JsonSource,
    images: Path | Pictures,
    *,
    empty_means_nothing_there: bool = False,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> ImportReport:
    """Adds the images, boxes and categories of a COCO detection file in one transaction.

    coco: the file, or what reads it otherwise. images: likewise the folder that file_name is
    relative to.

    Raises UserError, with nothing changed, where the file itself is broken or no picture of it
    can be taken; BrokenJson and Stopped are among those. Else bad entries are listed and skipped.

    Categories keep their ids in a dataset that has none yet, else they are matched by name.
    A picture that is in the dataset already takes boxes only while it is unlabelled. An image
    without any annotation becomes unlabelled, unless it says "verified", as exports of this
    program do, or empty_means_nothing_there. A box with a score waits as a detector's suggestion.
    """
    pictures = FolderPictures(images) if isinstance(images, Path) else images
    source = source_of(coco)
    plan = made_plan(source, _scaled(on_progress, 0, 100), should_stop)
    with Intake(dataset, expected=len(plan.images)) as intake:
        work = _Import(dataset, source, plan, intake, should_stop)
        work.stage_pictures(pictures, _scaled(on_progress, 100, 900))
        with dataset.transaction():
            report = work.write(empty_means_nothing_there, _scaled(on_progress, 900, _STEPS))
    on_progress(_STEPS, _STEPS)
    return report


def _scaled(on_progress: OnProgress, start: int, end: int) -> OnProgress:
    def scaled(done: int, total: int) -> None:
        on_progress(start + (end - start) * done // max(total, 1), _STEPS)

    return scaled


@dataclass(slots=True)
class _Import:
    """One import under way."""

    dataset: Dataset
    source: JsonSource
    plan: Plan
    intake: Intake
    should_stop: ShouldStop
    now: float = field(default_factory=time.time)
    taken: dict[Key, _Taken] = field(default_factory=dict)
    categories: dict[Key, int] = field(default_factory=dict)
    corrected: Told = field(default_factory=Told)
    found: FoundBoxes = field(default_factory=FoundBoxes)

    def stage_pictures(self, pictures: Pictures, on_progress: OnProgress) -> None:
        """Brings the bytes of all good pictures into incoming/. Raises UserError if none is."""
        first_of: dict[str, str] = {}

        def read(entry: ImageEntry) -> Looked:
            return look(pictures.read(entry.file_name), "it")

        entries = self.plan.images.values()
        for done, (entry, looked) in enumerate(self.intake.look(entries, read)):
            if self.should_stop():
                raise Stopped("The import was stopped. Nothing was changed.")
            on_progress(done, len(self.plan.images))
            if isinstance(looked, UserError):
                self.plan.skipped.add(entry.file_name, str(looked).rstrip("."))
            elif looked.sha256 in first_of:
                first = first_of[looked.sha256]
                self.plan.skipped.add(entry.file_name, f"it is the same picture as {first}")
            else:
                first_of[looked.sha256] = entry.file_name
                self._stage(entry, looked)
            if self.intake.fault:
                raise self.intake.fault
        self.intake.finish()
        if self.intake.fault:
            raise self.intake.fault
        if self.plan.images and not self.taken:
            told = [f"{what}: {why}" for what, why in islice(self.plan.skipped.lines, 20)]
            raise UserError(
                f"None of the {len(self.plan.images)} pictures of {self.source.name} can be "
                f"taken from {pictures.place}, so nothing was changed.",
                details="\n".join(told),
            )

    def _stage(self, entry: ImageEntry, looked: Looked) -> None:
        known = self.dataset.image_by_hash(looked.sha256) if self.intake.is_known(looked) else None
        times = (entry.captured_at, looked.found.taken_at, self.now)
        image = known or self.intake.stage(
            looked,
            original_name=entry.original_name or entry.file_name,
            captured_at=next(at for at in times if at is not None),
            head_angle_rad=entry.head_angle_rad,
            pose=entry.pose,
            readings=entry.readings,
            verified=entry.verified or False,
            note=entry.note,
        )
        taken = _Taken(entry, image, known is None, looked.found.orientation)
        self.taken[entry.key] = taken
        self._compare_size(taken)

    def _compare_size(self, taken: _Taken) -> None:
        image, said = taken.image, taken.entry.size
        if said is None or said == (image.width, image.height):
            return
        why = f"the file says {said[0]:g} x {said[1]:g} pixels, the picture has "
        why += f"{image.width} x {image.height}"
        if coco_boxes.is_sideways(image, taken.orientation, said):
            why += " when upright; its boxes are turned with it"
        self.corrected.add(taken.entry.file_name, why)

    def write(self, empty_means_nothing_there: bool, on_progress: OnProgress) -> ImportReport:
        """Writes all rows as one edit, inside the caller's transaction."""
        categories = self._new_categories()
        sessions = self._written_sessions()
        images = self._new_images(sessions)
        boxes = tuple(self._boxes(on_progress))
        told = (
            f"Import {one_line(self.source.name)}: {counted(len(images), 'image')}, "
            f"{counted(len(boxes), 'box')}"
        )
        rows = Imported(tuple(sessions.values()), categories, images, boxes)
        confirmed = self._confirmations(empty_means_nothing_there)
        edit = Edit(told, (ImportChange(None, rows), *confirmed))
        edit = self.dataset.take_in(
            edit, lambda: self.found.offer(self.dataset, self.plan.skipped, self.should_stop)
        )
        brought = edit.imports()[0].held
        new = {image.id for image in images}
        return ImportReport(
            images_added=len(images),
            annotations_added=len(boxes),
            categories_added=len(categories),
            skipped=tuple(self.plan.skipped.lines),
            corrected=tuple(self.corrected.lines),
            skipped_total=self.plan.skipped.total,
            corrected_total=self.corrected.total,
            suggestions_added=len(brought.suggestions),
            new_ids=tuple(new),
            changed_ids=tuple(each for each in edit.image_ids() if each not in new),
        )

    def _new_categories(self) -> tuple[Category, ...]:
        present = self.dataset.categories()
        offered = self.plan.categories.values()
        keep_ids = not present and all(isinstance(e.key, int) and e.key >= 0 for e in offered)
        ids = {category.name: category.id for category in present}
        known = list(present)
        numbers = [entry.key for entry in offered]
        keep_order = keep_ids and numbers != sorted(numbers, key=int)
        for place, entry in enumerate(offered, start=1):
            if entry.name not in ids:
                category = Category(
                    int(entry.key) if keep_ids else self.dataset.new_category_id(),
                    entry.name,
                    entry.color or next_color([each.color for each in known]),
                    place if keep_order else _next_position(known),
                    "" if entry.digit in {each.key for each in known} else entry.digit,
                )
                known.append(category)
                ids[entry.name] = category.id
            self.categories[entry.key] = ids[entry.name]
        return tuple(known[len(present) :])

    def _new_images(self, sessions: dict[Key | None, Session]) -> tuple[Image, ...]:
        """sessions gets one for those of which the file names none."""
        hashes = [taken.image.sha256 for taken in self.taken.values() if taken.is_new]
        known = {image.sha256: image for image in self.dataset.images_by_hash(hashes)}
        new: list[Image] = []
        for taken in self.taken.values():
            if not taken.is_new:
                continue
            if taken.image.sha256 in known:  # captured while this import was reading
                taken.image, taken.is_new = known[taken.image.sha256], False
                continue
            key = taken.entry.session if taken.entry.session in sessions else None
            if key not in sessions:
                name = one_line(PurePath(self.source.name).stem)
                sessions[key] = self.dataset.add_session(name, "import")
            taken.image = replace(taken.image, session_id=sessions[key].id)
            new.append(taken.image)
        return tuple(new)

    def _written_sessions(self) -> dict[Key | None, Session]:
        """The sessions that an export of this program names, where new images need them."""
        into_nothing = not self.dataset.sessions()
        needed = {taken.entry.session for taken in self.taken.values() if taken.is_new}
        return {
            entry.key: self.dataset.add_session(
                entry.name, entry.camera, entry.started_at, entry.note
            )
            for entry in self.plan.sessions.values()
            if into_nothing or entry.key in needed
        }

    def _boxes(self, on_progress: OnProgress) -> Iterator[Annotation]:
        """The second reading of the file: its boxes, now that the true sizes are known."""
        seen: set[Key] = set()
        found = entries(self.source, {"annotations"}, should_stop=self.should_stop)
        for done, (_, entry) in enumerate(found):
            if done % 1000 == 0:
                on_progress(done, self.plan.annotations)
            try:
                if (box := self._box(entry, seen)) is not None:
                    yield box
            except BadEntry as error:
                self.plan.skipped.add(_named(entry, done), str(error))

    def _box(self, entry: Any, seen: set[Key]) -> Annotation | None:
        """None where it waits as a suggestion."""
        key, image_key = coco_entries.annotation_place(entry)
        taken = self.taken.get(image_key)
        if taken is None:
            known = image_key in self.plan.images
            raise BadEntry("its image was not taken" if known else "its image is not in the file")
        taken.mentioned = True
        try:
            box = self._annotation(entry, key, taken, seen)
            if (score := coco_entries.annotation_score(entry)) is None:
                return box
            self.found.add(box, score, taken.entry.model or self.source.name)
            taken.lost_boxes = True  # no person has looked at it
            return None
        except BadEntry:
            taken.lost_boxes = True
            raise

    def _annotation(
        self, entry: dict[str, Any], key: Key | None, taken: _Taken, seen: set[Key]
    ) -> Annotation:
        if key in seen:
            raise BadEntry("its id is given twice")
        if key is not None:
            seen.add(key)
        if not _is_open(taken):
            raise BadEntry("its picture is in the dataset already, with labels of its own")
        category_id = self.categories.get(coco_entries.annotation_category(entry))
        if category_id is None:
            raise BadEntry("its category is not in the file")
        raw = coco_entries.annotation_bbox(entry)
        if coco_boxes.is_sideways(taken.image, taken.orientation, taken.entry.size):
            raw = coco_boxes.upright(raw, taken.image, taken.orientation)
        bbox = coco_boxes.clipped(raw, taken.image)
        if bbox != raw:
            self.corrected.add(f"annotation {key}", "its bbox reached out of the picture")
        said = coco_entries.annotation_extras(entry)
        return Annotation(
            self.dataset.new_annotation_id(),
            taken.image.id,
            category_id,
            bbox,
            said.occluded,
            said.truncated,
            said.difficult,
            said.note,
        )

    def _confirmations(self, empty_means_nothing_there: bool) -> Iterator[VerifiedChange]:
        """Who is confirmed: never an image that lost a box, for it would not be right."""
        for taken in self.taken.values():
            said = taken.entry.verified
            if said is None:
                said = empty_means_nothing_there and not taken.mentioned
            wished = said and not taken.lost_boxes
            if _is_open(taken) and wished != taken.image.verified:
                yield VerifiedChange(taken.image.id, taken.image.verified, wished)


def _next_position(known: list[Category]) -> int:
    """After those that somebody put in order; 0 while nobody ever did."""
    last = max((category.position for category in known), default=0)
    return last + 1 if last else 0


def _is_open(taken: _Taken) -> bool:
    """Whether the import decides about this image: it is new, or nobody labelled it before."""
    return taken.is_new or taken.image.state is ImageState.UNLABELLED


def _named(entry: Any, place: int) -> str:
    number = entry.get("id") if isinstance(entry, dict) else None
    return f"annotations entry {place + 1}" if number is None else f"annotation {str(number)[:60]}"
