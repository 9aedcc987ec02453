"""A run folder made ready for the trainer: which images are on which side, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from labeler.dataset.coco import write_coco
from labeler.dataset.files import new_folder, sync_folder, write_durably
from labeler.dataset.model import Image, ImageState
from labeler.dataset.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from labeler.dataset.soundness import require_pictures
from labeler.dataset.splits import Split, SplitSizes, TestPart, split_by_session
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.runs.advice import (
    Box,
    Side,
    require_enough,
    require_examples,
    share_of,
    warnings_about,
)
from labeler.runs.coco_side import (
    matched,
    read_lists,
    relative_to_run,
    with_files,
    write_lists,
)
from labeler.runs.coco_split import alike_told, split_lists
from labeler.runs.looks import likeness_in_dataset, likeness_of_files
from labeler.runs.marks import by_name, keep_marks, mark_of_image, marks_of_lists
from labeler.runs.parent import (
    Parent,
    find_parent,
    keep_of_parent,
    require_judged,
)
from labeler.runs.put_aside import load_test_part, save_test_part
from trainer import run_files
from trainer.config import DEFAULT_DETECTOR, RunConfig, missing_for, save_config
from trainer.run_files import NAMED_BY_TIME, PREPARATION, Preparation
from trainer.stored import as_json


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asks for; as in RunConfig, with 0 and "auto" for what the recipe chooses.

    parent: the folder of the run to start from, where the start is "run".
    """

    start: str = "pretrained"
    detector: str = DEFAULT_DETECTOR
    seconds: float = 60.0
    seed: int = 0
    budget: str = "time"
    epochs: float = 0.0
    recipe: str = "one-click"
    device: str = "auto"
    threads: int = 0
    longest_side: int = 0
    batch: int = 0
    learning_rate: float = 0.0
    augmentation: str = "normal"
    parent: str = ""


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run that can be trained. explanation: how the images were split, which begins with
    sizes.told; warnings: sentences.
    """

    path: Path
    sizes: SplitSizes
    explanation: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """How a dataset would be split for a run, and what is to be said of it: nothing is written.

    images: the labelled and the confirmed-empty ones, by id. marks: of each, as labeler.runs.marks
    makes them. parent: the run that is started from. before: the test part as it was.
    """

    images: tuple[Image, ...]
    marks: Mapping[int, str]
    split: Split
    warnings: tuple[str, ...]
    parent: Parent | None
    before: TestPart


def load_preparation(run: Path) -> tuple[str, tuple[str, ...]]:
    """The explanation and the warnings a run was prepared with; of a damaged file, that it is."""
    kept = run_files.load_preparation(run)
    return kept.explanation, kept.warnings


def new_run_folder(runs_folder: Path, now: datetime | None = None) -> Path:
    """A name like 2026-11-24_17-04 that is not taken yet. The folder is not made."""
    name = (now or datetime.now()).strftime(NAMED_BY_TIME)
    candidate, number = runs_folder / name, 2
    while candidate.exists():
        candidate, number = runs_folder / f"{name}_{number}", number + 1
    return candidate


def plan_split(
    dataset: Dataset,
    wish: Wish,
    *,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> SplitPlan:
    """Labelled and confirmed-empty images, split by session, as prepare_run_from_dataset() will do
    it with the same images and the same wish. Raises UserError, Stopped; and NoStartError where
    only the run to start from is in the way.

    The first time each picture is looked at, which takes a minute for ten thousand.
    """
    labelled = dataset.images(ImageState.LABELLED)
    require_enough(len(labelled), f"the dataset {dataset.name}")
    parent = _parent_of(wish)
    images = sorted(labelled + dataset.images(ImageState.EMPTY), key=lambda image: image.id)
    require_pictures(dataset, images, "No run was made.")
    boxes = _boxes(dataset, images)
    before = load_test_part(dataset.runs_folder)
    marks = {image.id: mark_of_image(image) for image in images}
    inherited = parent.inherited(marks) if parent else None
    split = split_by_session(
        images,
        dataset.sessions(),
        seed=wish.seed,
        categories_of={number: [box.category_id for box in own] for number, own in boxes.items()},
        likeness=likeness_in_dataset(dataset, images, on_progress, should_stop),
        test_before=before,
        inherited=inherited,
    )
    if inherited:
        require_judged(inherited, split)
    train, val, test = (
        Side.of(len(ids), (box for number in ids for box in boxes.get(number, ())))
        for ids in (split.train_ids, split.val_ids, split.test_ids)
    )
    require_examples(train, split.explanation)
    names = {category.id: category.name for category in dataset.categories()}
    warnings = (*split.warnings, *warnings_about(names, train, val, test))
    warnings += (split.one_sitting,) if split.one_sitting else ()
    return SplitPlan(tuple(images), marks, split, warnings, parent, before)


def prepare_run_from_dataset(
    dataset: Dataset,
    run: Path,
    wish: Wish,
    *,
    notes: Sequence[str] = (),
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> PreparedRun:
    """A run of the images as plan_split() splits them; raises what it raises. notes: warnings of
    the caller's.
    """
    _require_installed(wish)
    plan = plan_split(dataset, wish, on_progress=on_progress, should_stop=should_stop)
    split = plan.split
    with new_folder(run, "run") as making:
        warnings = (*notes, *plan.warnings, *_put_aside(dataset.runs_folder, plan.before, split))
        write_coco(dataset, split.train_ids, making / "train.json")
        write_coco(dataset, split.val_ids, making / "val.json")
        if split.test_ids:
            write_coco(dataset, split.test_ids, making / "test.json")
        names_of = {image.id: image.file_name for image in plan.images}
        parts = {"train": split.train_ids, "val": split.val_ids, "test": split.test_ids}
        keep_marks(
            making,
            {part: {names_of[one]: plan.marks[one] for one in ids} for part, ids in parts.items()},
        )
        prepared = PreparedRun(run, split.sizes, split.explanation, warnings)
        folder = relative_to_run(dataset.images_folder, run)
        _save(making, prepared, (folder, folder), wish, plan.parent, dataset.name)
    return prepared


def _put_aside(runs_folder: Path, before: TestPart, split: Split) -> list[str]:
    """Keeps which images wait for the final score. A sentence where they cannot be kept."""
    if split.test == before or not split.test_ids:
        return []
    try:
        save_test_part(runs_folder, split.test)
    except UserError as error:
        return [f"{error} So a later run may learn from images that wait for the final score."]
    return []


def prepare_run_from_coco(
    train_json: Path,
    images: Path,
    val_json: Path | None,
    run: Path,
    wish: Wish,
    *,
    val_images: Path | None = None,
    on_progress: OnProgress = ignore_progress,
) -> PreparedRun:
    """A COCO file and its images; without val_json a part of it validates. Raises UserError.

    on_progress: how far the pictures are read and compared, a minute for twenty thousand.

    val_images: where the images of val_json are, if not beside those that train.
    """
    _require_installed(wish)
    train, warnings = with_files(read_lists(train_json), images, train_json)
    parent = _parent_of(wish)
    if val_json is None:
        require_enough(len(train.labelled_ids), str(train_json))
        paths = {entry["id"]: images / entry["file_name"] for entry in train.images}
        likeness = likeness_of_files(paths, on_progress)
        marks = val_marks = marks_of_lists(train, images, on_progress)
        split = split_lists(
            train,
            wish.seed,
            likeness,
            parent.inherited(marks) if parent else None,
            parent.test_part(marks) if parent else None,
        )
        train, val, test = split.train, split.val, split.test
        sizes, explanation = split.sizes, split.explanation
        warnings += split.warnings
        val_folder = images
    else:
        val_folder = val_images or images
        val, complaints = with_files(read_lists(val_json), val_folder, val_json)
        val, strange = matched(val, train)
        marks = marks_of_lists(train, images, on_progress)
        val_marks = marks_of_lists(val, val_folder, on_progress)
        val, known = parent.unknown(val, val_marks) if parent else (val, [])
        warnings += complaints + strange + known + alike_told(train, images, val, val_folder)
        test = val.only(set())
        sizes = SplitSizes(len(train.images), len(val.images))
        explanation = f"{sizes.told}. Those to check with are {val_json.name}."
    require_examples(train.side(), train_json.name)
    warnings += warnings_about(train.names, train.side(), val.side(), test.side())
    prepared = PreparedRun(run, sizes, explanation, tuple(warnings))
    with new_folder(run, "run") as making:
        write_lists(train, making / "train.json")
        write_lists(val, making / "val.json")
        if test.images:
            write_lists(test, making / "test.json")
        keep_marks(
            making,
            {
                "train": by_name(train, marks),
                "val": by_name(val, val_marks),
                "test": by_name(test, val_marks),
            },
        )
        folders = relative_to_run(images, run), relative_to_run(val_folder, run)
        _save(making, prepared, folders, wish, parent, _name_of(train_json))
    return prepared


def _name_of(coco: Path) -> str:
    """What people call the images of a COCO file: its own name, or its folder's where every such
    file is called so.
    """
    usual = {"annotations", "train", "instances", "all", "coco", "_annotations.coco"}
    file = coco.absolute()
    return file.parent.name if file.stem in usual else file.stem


def _require_installed(wish: Wish) -> None:
    if missing := missing_for(wish.detector):
        raise UserError(f"{missing}. The built-in detector needs nothing more.")


def _parent_of(wish: Wish) -> Parent | None:
    return find_parent(Path(wish.parent), wish.detector) if wish.start == "run" else None


def _boxes(dataset: Dataset, images: Sequence[Image]) -> dict[int, list[Box]]:
    """By image id."""
    sizes = {image.id: (image.width, image.height) for image in images}
    found: dict[int, list[Box]] = {}
    for each in dataset.all_annotations():
        if each.image_id in sizes:
            box = Box(each.category_id, share_of(each.bbox.area, *sizes[each.image_id]))
            found.setdefault(each.image_id, []).append(box)
    return found


def _save(
    making: Path,
    prepared: PreparedRun,
    images: tuple[str, str],
    wish: Wish,
    parent: Parent | None,
    learned_from: str,
) -> None:
    """Writes config.json last: with it the folder is a run.

    making: where the run is until it is whole. images: the folders of those to learn from and to
    check with, as seen from where it will be. learned_from: the dataset's name.
    """
    asked = asdict(wish)
    if parent:
        keep_of_parent(parent, making)
        asked |= {"parent": parent.name, "root": parent.root}
    notes = Preparation(prepared.explanation, prepared.warnings, learned_from)
    write_durably(making / PREPARATION, as_json(asdict(notes), indent=2))
    asked["made_in"] = str(prepared.path.resolve())
    try:
        test_images = images[0] if prepared.sizes.test else ""
        config = RunConfig(*images, test_images=test_images, **asked)
    except ValueError as error:
        raise UserError(f"{error}.") from error
    save_config(making, config)
    sync_folder(making)
