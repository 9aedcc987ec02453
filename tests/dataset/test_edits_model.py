"""Any sequence of edits, undone and redone, against a model made of dictionaries."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from labeler.dataset import category_edits, changes, edits
from labeler.dataset.changes import Edit
from labeler.dataset.check import check
from labeler.dataset.model import Annotation, BBox, Category, Image
from labeler.dataset.store import Dataset

WIDTH, HEIGHT = 640, 360
inside = st.builds(
    BBox, st.floats(0, 600), st.floats(0, 320), st.floats(2.5, 40), st.floats(2.5, 40)
)
pick = st.randoms(use_true_random=False)


class Labelling(RuleBasedStateMachine):
    """boxes, verified and categories are what should be in the store."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.dataset = Dataset.create(Path(self.folder.name) / "d")
        session = self.dataset.add_session("s", "c", 0.0)
        for number in (1, 2, 3):
            image = Image(number, f"{number}", "", WIDTH, HEIGHT, str(number), session.id, 0.0)
            self.dataset.add_image(image)
        self.boxes: dict[int, Annotation] = {}
        self.verified = {1: False, 2: False, 3: False}
        self.categories: dict[int, Category] = {}
        self.done: list[tuple[Edit, object]] = []
        self.undone: list[tuple[Edit, object]] = []
        self.ids_seen: set[int] = set()

    def teardown(self) -> None:
        if hasattr(self, "dataset"):
            self.dataset.close()
            self.folder.cleanup()

    def model(self) -> object:
        return dict(self.boxes), dict(self.verified), dict(self.categories)

    def restore(self, model: object) -> None:
        assert isinstance(model, tuple)
        self.boxes, self.verified, self.categories = (dict(part) for part in model)

    def perform(self, edit: Edit, before: object) -> None:
        self.dataset.apply(edit)
        self.done.append((edit, before))
        self.undone.clear()

    def doubt(self, *image_ids: int) -> None:
        self.verified.update(dict.fromkeys(image_ids, False))

    @rule()
    def add_category(self) -> None:
        before = self.model()
        edit = category_edits.add_category(self.dataset, f"class {self.dataset.new_category_id()}")
        self.perform(edit, before)
        added = self.dataset.categories()[-1]
        assert added.id not in self.categories
        self.categories[added.id] = added

    @precondition(lambda self: self.categories)
    @rule(image_id=st.integers(1, 3), bbox=inside, random=pick)
    def draw(self, image_id: int, bbox: BBox, random: Random) -> None:
        before = self.model()
        category_id = random.choice(sorted(self.categories))
        edit = edits.draw(self.dataset, image_id, category_id, bbox)
        (drawn,) = [c.after for c in edit.changes if isinstance(c, changes.AnnotationChange)]
        assert drawn is not None
        assert drawn.id not in self.ids_seen
        self.ids_seen.add(drawn.id)
        self.perform(edit, before)
        self.boxes[drawn.id] = Annotation(drawn.id, image_id, category_id, bbox)
        self.doubt(image_id)

    @precondition(lambda self: self.boxes)
    @rule(bbox=inside, random=pick)
    def reshape(self, bbox: BBox, random: Random) -> None:
        before = self.model()
        number = random.choice(sorted(self.boxes))
        edit = edits.reshape(self.dataset, number, bbox)
        self.perform(edit, before)
        if edit.changes:
            self.boxes[number] = replace(self.boxes[number], bbox=bbox)
            self.doubt(self.boxes[number].image_id)

    @precondition(lambda self: self.boxes)
    @rule(random=pick, count=st.integers(1, 3))
    def delete(self, random: Random, count: int) -> None:
        before = self.model()
        numbers = sorted(self.boxes)
        random.shuffle(numbers)
        self.perform(edits.delete(self.dataset, numbers[:count]), before)
        for number in numbers[:count]:
            self.doubt(self.boxes.pop(number).image_id)

    @rule(image_id=st.integers(1, 3), verified=st.booleans())
    def verify(self, image_id: int, verified: bool) -> None:
        before = self.model()
        self.perform(edits.verify(self.dataset, image_id, verified), before)
        self.verified[image_id] = verified

    @precondition(lambda self: self.done)
    @rule()
    def undo(self) -> None:
        edit, before = self.done.pop()
        self.undone.append((edit, self.model()))
        self.dataset.apply(edit.inverse())
        self.restore(before)

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self) -> None:
        edit, after = self.undone.pop()
        self.done.append((edit, self.model()))
        self.dataset.apply(edit)
        self.restore(after)

    @rule()
    def reopen(self) -> None:
        self.dataset.close()
        self.dataset = Dataset.open(self.dataset.folder)

    @invariant()
    def the_rows_are_the_model(self) -> None:
        if not hasattr(self, "dataset"):
            return
        assert {box.id: box for box in self.dataset.all_annotations()} == self.boxes
        assert {c.id: c for c in self.dataset.categories()} == self.categories
        for image in self.dataset.images():
            assert image.verified == self.verified[image.id]
            own = [box for box in self.boxes.values() if box.image_id == image.id]
            assert image.annotation_count == len(own)
        kinds = {finding.kind.value for finding in check(self.dataset)}
        assert kinds <= {"missing file"}  # the rows have no pictures here


TestLabelling = Labelling.TestCase
TestLabelling.settings = settings(
    derandomize=True, deadline=None, max_examples=20, stateful_step_count=20
)
