"""Any sequence of edits, undone and redone across reopening, against a model of dictionaries."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from labeler.dataset import category_edits, changes, edits, suggestion_edits
from labeler.dataset.changes import Edit, StaleEdit
from labeler.dataset.check import check
from labeler.dataset.history import History
from labeler.dataset.model import Annotation, BBox, Category, Image, Suggestion
from labeler.dataset.store import Dataset

WIDTH, HEIGHT = 640, 360
IMAGES = (1, 2, 3)
inside = st.builds(
    BBox, st.floats(0, 600), st.floats(0, 320), st.floats(2.5, 40), st.floats(2.5, 40)
)
pick = st.randoms(use_true_random=False)

Key = tuple[str, int]
State = dict[Key, object]
Difference = dict[Key, tuple[object, object]]
"""Of each row that an edit touched: what it was and what it is; None where there is none."""


class Labelling(RuleBasedStateMachine):
    """state is what should be in the store; done and undone are what should be in its journal."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.dataset = Dataset.create(Path(self.folder.name) / "d")
        self.history = History(self.dataset)
        session = self.dataset.add_session("s", "c", 0.0)
        for number in IMAGES:
            image = Image(number, f"{number}", "", WIDTH, HEIGHT, str(number), session.id, 0.0)
            self.dataset.add_image(image)
        self.state: State = {("verified", number): False for number in IMAGES}
        self.state |= {("note", number): "" for number in IMAGES}
        self.done: list[Difference] = []
        self.undone: list[Difference] = []
        self.ids_seen: set[Key] = set()

    def teardown(self) -> None:
        if hasattr(self, "dataset"):
            self.dataset.close()
            self.folder.cleanup()

    # The model.

    def boxes(self) -> dict[int, Annotation]:
        return {row.id: row for row in self.state.values() if isinstance(row, Annotation)}

    def categories(self) -> dict[int, Category]:
        return {row.id: row for row in self.state.values() if isinstance(row, Category)}

    def suggestions(self, *, waiting: bool = False) -> dict[int, Suggestion]:
        rows = (row for row in self.state.values() if isinstance(row, Suggestion))
        return {row.id: row for row in rows if not (waiting and row.rejected)}

    def put(self, *rows: Annotation | Category | Suggestion) -> None:
        for row in rows:
            self.state[type(row).__name__, row.id] = row

    def drop(self, *rows: Annotation | Category | Suggestion) -> None:
        for row in rows:
            del self.state[type(row).__name__, row.id]

    def doubt(self, *image_ids: int) -> None:
        self.state.update((("verified", number), False) for number in image_ids)

    def kept(self, edit: Edit, before: State) -> None:
        """Applies the edit; the model has made its own by now."""
        keys = before.keys() | self.state.keys()
        difference = {
            key: (before.get(key), self.state.get(key))
            for key in keys
            if before.get(key) != self.state.get(key)
        }
        assert bool(edit.changes) == bool(difference)
        self.dataset.apply(edit)
        if difference:
            self.done.append(difference)
            self.undone.clear()

    def turned(self, state: State, difference: Difference, *, back: bool) -> State | None:
        """The state with an edit taken back or done again. None where that does not fit."""
        after = dict(state)
        for key, values in difference.items():
            have, want = values[::-1] if back else values
            if state.get(key) != have:
                return None
            if want is None:
                del after[key]
            else:
                after[key] = want
        for key, row in list(after.items()):
            if isinstance(row, Suggestion) and ("Category", row.category_id) not in after:
                del after[key]  # what was offered goes with its class
        rows = [row for row in after.values() if isinstance(row, Annotation)]
        return after if all(("Category", row.category_id) in after for row in rows) else None

    def new_id(self, kind: str, number: int) -> None:
        assert (kind, number) not in self.ids_seen
        self.ids_seen.add((kind, number))

    # Classes.

    @rule()
    def add_category(self) -> None:
        before = dict(self.state)
        edit = category_edits.add_category(self.dataset, f"class {self.dataset.new_category_id()}")
        (change,) = edit.changes
        assert isinstance(change, changes.CategoryChange)
        assert change.after is not None
        self.new_id("category", change.after.id)
        self.put(change.after)
        self.kept(edit, before)

    @precondition(lambda self: self.categories())
    @rule(random=pick, name=st.sampled_from(("mug", "cube", "cup")), key=st.sampled_from("129"))
    def change_category(self, random: Random, name: str, key: str) -> None:
        before, chosen = dict(self.state), random.choice(list(self.categories().values()))
        if random.random() < 0.5 and name not in {c.name for c in self.categories().values()}:
            self.put(replace(chosen, name=name))
            edit = category_edits.rename_category(self.dataset, chosen.id, name)
        else:
            others = [c for c in self.categories().values() if c.key == key and c != chosen]
            self.put(*(replace(each, key="") for each in others), replace(chosen, key=key))
            edit = category_edits.set_category_key(self.dataset, chosen.id, key)
        self.kept(edit, before)

    @precondition(lambda self: len(self.categories()) > 1)
    @rule(random=pick)
    def reorder_categories(self, random: Random) -> None:
        before = dict(self.state)
        shown = [each.id for each in self.dataset.categories()]
        wanted = random.sample(shown, len(shown))
        if wanted != shown:
            for place, number in enumerate(wanted, start=1):
                self.put(replace(self.categories()[number], position=place))
        self.kept(category_edits.order_categories(self.dataset, wanted), before)

    @precondition(lambda self: len(self.categories()) > 1)
    @rule(random=pick)
    def merge_categories(self, random: Random) -> None:
        before = dict(self.state)
        gone, into = random.sample(sorted(self.categories()), 2)
        edit = category_edits.merge_categories(self.dataset, gone, into)
        rows: list[Annotation | Suggestion] = [*self.boxes().values()]
        rows += self.suggestions().values()
        for row in rows:
            if row.category_id == gone:
                self.put(replace(row, category_id=into))
        self.drop(self.categories()[gone])
        self.kept(edit, before)

    @precondition(lambda self: self.categories())
    @rule(random=pick)
    def delete_category(self, random: Random) -> None:
        before = dict(self.state)
        gone = random.choice(sorted(self.categories()))
        edit = category_edits.delete_category(self.dataset, gone)
        rows: list[Annotation | Suggestion] = [*self.boxes().values()]
        rows += self.suggestions().values()
        for row in rows:
            if row.category_id == gone:
                self.drop(row)
                self.doubt(row.image_id)
        self.drop(self.categories()[gone])
        self.kept(edit, before)

    # Boxes and images.

    @precondition(lambda self: self.categories())
    @rule(image_id=st.sampled_from(IMAGES), bbox=inside, random=pick)
    def draw(self, image_id: int, bbox: BBox, random: Random) -> None:
        before = dict(self.state)
        category_id = random.choice(sorted(self.categories()))
        edit = edits.draw(self.dataset, image_id, category_id, bbox)
        (number,) = (c.after.id for c in edit.changes if isinstance(c, changes.AnnotationChange))
        self.new_id("annotation", number)
        self.put(Annotation(number, image_id, category_id, bbox))
        self.doubt(image_id)
        self.kept(edit, before)

    @precondition(lambda self: self.boxes())
    @rule(bbox=inside, random=pick)
    def reshape(self, bbox: BBox, random: Random) -> None:
        before, chosen = dict(self.state), random.choice(list(self.boxes().values()))
        edit = edits.reshape(self.dataset, chosen.id, bbox)
        if chosen.bbox != bbox:
            self.put(replace(chosen, bbox=bbox))
            self.doubt(chosen.image_id)
        self.kept(edit, before)

    @precondition(lambda self: self.boxes())
    @rule(random=pick, count=st.integers(1, 3))
    def delete(self, random: Random, count: int) -> None:
        before, boxes = dict(self.state), list(self.boxes().values())
        chosen = random.sample(boxes, min(count, len(boxes)))
        edit = edits.delete(self.dataset, [each.id for each in chosen])
        self.drop(*chosen)
        self.doubt(*(each.image_id for each in chosen))
        self.kept(edit, before)

    @precondition(lambda self: self.boxes())
    @rule(random=pick, occluded=st.booleans(), note=st.sampled_from(("", "half\nhidden", "ü")))
    def say_of_a_box(self, random: Random, occluded: bool, note: str) -> None:
        chosen = random.choice(list(self.boxes().values()))
        before = dict(self.state)
        self.put(replace(chosen, occluded=occluded))
        self.kept(edits.set_attributes(self.dataset, [chosen.id], occluded=occluded), before)
        before = dict(self.state)
        self.put(replace(chosen, occluded=occluded, note=note))
        self.kept(edits.set_note(self.dataset, [chosen.id], note), before)

    @rule(image_id=st.sampled_from(IMAGES), verified=st.booleans())
    def verify(self, image_id: int, verified: bool) -> None:
        before = dict(self.state)
        self.state["verified", image_id] = verified
        self.kept(edits.verify(self.dataset, image_id, verified), before)

    @rule(image_id=st.sampled_from(IMAGES), note=st.sampled_from(("", "blurred")))
    def say_of_an_image(self, image_id: int, note: str) -> None:
        before = dict(self.state)
        self.state["note", image_id] = note
        self.kept(edits.set_image_note(self.dataset, image_id, note), before)

    # Suggestions.

    @precondition(lambda self: self.categories())
    @rule(
        image_id=st.sampled_from(IMAGES),
        boxes=st.lists(inside, min_size=1, max_size=3),
        source=st.sampled_from(("tracker", "detector")),
        random=pick,
    )
    def offer(self, image_id: int, boxes: list[BBox], source: str, random: Random) -> None:
        """Not an edit: nothing is done and nothing is undone by it."""
        category_id = random.choice(sorted(self.categories()))
        offered = [
            Suggestion(
                self.dataset.new_suggestion_id(), image_id, category_id, bbox, 0.5, source, "run 1"
            )
            for bbox in boxes
        ]
        kept = self.dataset.offer(source, [image_id], offered)
        assert set(kept) <= set(offered)
        for each in list(self.suggestions(waiting=True).values()):
            if (each.image_id, each.source) == (image_id, source):
                self.drop(each)
        self.put(*kept)

    @precondition(lambda self: self.suggestions(waiting=True))
    @rule(random=pick, bbox=inside, deed=st.sampled_from(("accept", "adjust", "reject")))
    def answer(self, random: Random, bbox: BBox, deed: str) -> None:
        before = dict(self.state)
        chosen = random.choice(list(self.suggestions(waiting=True).values()))
        if deed == "reject":
            self.put(replace(chosen, rejected=True))
            self.kept(suggestion_edits.reject(self.dataset, [chosen.id]), before)
            return
        if deed == "accept":
            edit = suggestion_edits.accept(self.dataset, [chosen.id])
        else:
            edit = suggestion_edits.adjust(self.dataset, chosen.id, bbox)
        (number,) = (c.after.id for c in edit.changes if isinstance(c, changes.AnnotationChange))
        self.new_id("annotation", number)
        self.drop(chosen)
        placed = chosen.bbox if deed == "accept" else bbox
        self.put(Annotation(number, chosen.image_id, chosen.category_id, placed))
        self.doubt(chosen.image_id)
        self.kept(edit, before)

    # History.

    @precondition(lambda self: self.done)
    @rule()
    def undo(self) -> None:
        turned = self.turned(self.state, self.done[-1], back=True)
        if turned is None:
            with pytest.raises(StaleEdit):
                self.history.undo()
            return
        assert self.history.undo() is not None
        self.undone.append(self.done.pop())
        self.state = turned

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self) -> None:
        turned = self.turned(self.state, self.undone[-1], back=False)
        if turned is None:
            with pytest.raises(StaleEdit):
                self.history.redo()
            return
        assert self.history.redo() is not None
        self.done.append(self.undone.pop())
        self.state = turned

    @precondition(lambda self: self.done or self.undone)
    @rule(random=pick)
    def go_to(self, random: Random) -> None:
        """Several undone or redone at once: all of them or none."""
        standing = random.randint(0, len(self.done) + len(self.undone))
        done, undone, state = list(self.done), list(self.undone), dict(self.state)
        entries = [*self.history.undoable, *reversed(self.history.redoable)]
        target = entries[standing - 1] if standing else 0
        while len(done) != standing:
            back = len(done) > standing
            source, aim = (done, undone) if back else (undone, done)
            turned = self.turned(state, source[-1], back=back)
            if turned is None:
                with pytest.raises(StaleEdit):
                    self.history.go_to(target)
                return
            aim.append(source.pop())
            state = turned
        assert len(self.history.go_to(target)) == abs(len(self.done) - standing)
        self.done, self.undone, self.state = done, undone, state

    @precondition(lambda self: not self.done)
    @rule()
    def nothing_to_undo(self) -> None:
        assert self.history.undo() is None

    @rule()
    def something_arrives_from_outside(self) -> None:
        self.dataset.note("Import x.json: 0 images, 0 boxes")

    @rule()
    def reopen(self) -> None:
        self.dataset.close()
        self.dataset = Dataset.open(self.dataset.folder)
        self.history = History(self.dataset)

    @invariant()
    def the_rows_are_the_model(self) -> None:
        if not hasattr(self, "dataset"):
            return
        images = self.dataset.images()
        found: State = {("verified", image.id): image.verified for image in images}
        found |= {("note", image.id): image.note for image in images}
        rows: list[Annotation | Category] = [*self.dataset.all_annotations()]
        rows += self.dataset.categories()
        for row in rows:
            found[type(row).__name__, row.id] = row
        for image in images:
            waiting = self.dataset.suggestions(image.id)
            rejected = self.dataset.rejected_suggestions(image.id)
            found |= {("Suggestion", row.id): row for row in [*waiting, *rejected]}
            assert image.suggestion_count == len(waiting)
        assert found == self.state

    @invariant()
    def the_journal_tells_what_can_be_undone(self) -> None:
        if hasattr(self, "dataset"):
            assert len(self.history.undoable) == len(self.done)
            assert len(self.history.redoable) == len(self.undone)

    @invariant()
    def check_finds_nothing(self) -> None:
        if hasattr(self, "dataset"):
            kinds = {finding.kind.value for finding in check(self.dataset)}
            assert kinds <= {"missing file"}  # the rows have no pictures here


TestLabelling = Labelling.TestCase
TestLabelling.settings = settings(
    derandomize=True, deadline=None, max_examples=18, stateful_step_count=28
)
