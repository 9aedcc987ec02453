"""The parts of the page that tell how the model came to be: curves, choices, data, versions."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from trainer.coco import CocoSet
from trainer.config import DETECTOR_FACTS, RunConfig, start_words
from trainer.events import Evaluated, Failed, Finished
from trainer.measured import load_quantised
from trainer.report.charts import SHARE, Axis, Line, beside, line_chart, thinned, time_axis
from trainer.report.markup import Markup, joined, name_of, tag
from trainer.report.measurements import digits, section
from trainer.report.story import Course, Story
from trainer.stored import StoredError
from trainer.words import counted

_PACKAGES = ("vector-labeler", "torch", "torchvision", "onnxruntime", "numpy")


def heading(story: Story) -> Markup:
    """What run this is, and how it ended."""
    title = DETECTOR_FACTS[story.config.detector].title
    when = story.began.strftime("%d %B %Y, %H:%M")
    told = f"{when} · {title} from {start_words(story.config)} · {_ending(story.course)}"
    return tag("header", tag("h1", name_of(story.title)), tag("p", told))


def _ending(course: Course) -> str:
    if isinstance(course.end, Failed):
        return f"failed: {course.end.message}"
    learned = f"{_duration(course.seconds)} and {course.epochs:.1f} epochs"
    if not isinstance(course.end, Finished):
        return f"not finished; so far {learned}"
    return f"{'stopped' if course.end.stopped_early else 'finished'} after {learned}"


def only_looked(course: Course) -> Markup:
    """For a run that nobody has analysed: what it said of itself."""
    best = course.best
    if best is None:
        return tag("p", "How good it is has not been measured.")
    known = _interval(best.ap_low, best.ap_high)
    known50 = _interval(best.ap50_low, best.ap50_high)
    told = f"AP {_known(best.ap)}{known} and AP50 {_known(best.ap50)}{known50}"
    return tag("p", f"While it learned it reached {told}.")


def _interval(low: float, high: float) -> str:
    return f" (95 % interval {low:.2f} to {high:.2f})" if low >= 0 else ""


def curves(course: Course) -> Markup:
    """Loss, AP with AP50, and the learning rate, over time."""
    moments = [event.seconds for event in course.moments]
    if not moments:
        return Markup()
    x, unit = time_axis(moments)
    losses = [(p.seconds / unit, p.loss) for p in course.progress if p.loss is not None]
    rates = [(p.seconds / unit, p.learning_rate) for p in course.progress]
    figures = [_quality(course.looks, x, unit)] if any(e.ap >= 0 for e in course.looks) else []
    figures += [
        line_chart(name, [Line(name, thinned(points), style)], x, _up(points))
        for name, points, style in (("Loss", losses, "two"), ("Learning rate", rates, "two"))
        if points and max(value for _, value in points) > 0
    ]
    return section("While it learned", beside(figures), class_="together")


def _quality(looks: Sequence[Evaluated], x: Axis, unit: float) -> Markup:
    known = [look for look in looks if look.ap >= 0]
    band = [(e.seconds / unit, e.ap_low, e.ap_high) for e in known if e.ap_low >= 0]
    lines = [
        Line("AP", [(e.seconds / unit, e.ap) for e in known], "one", band),
        Line("AP50", [(e.seconds / unit, e.ap50) for e in known], "two"),
    ]
    return line_chart("On the validation images", lines, x, SHARE)


def _up(points: Sequence[tuple[float, float]]) -> Axis:
    return Axis.over("", [value for _, value in points])


def choices(story: Story) -> Markup:
    """What was chosen and why, and what the person asked for."""
    started = story.course.started
    lines = [tag("li", line) for line in started.choices] if started else []
    return section(
        "What was chosen, and why",
        tag("ul", *lines) if lines else tag("p", "The run ended before anything was chosen."),
        plain(_wishes(story.config)),
    )


def _wishes(config: RunConfig) -> list[tuple[str, str]]:
    budget = {
        "time": _duration(config.seconds),
        "epochs": f"{config.epochs:g} epochs",
        "best": f"until it stops improving, {_duration(config.seconds)} at most",
    }[config.budget]
    asked = [
        (name, f"{value:g}")
        for name, value in (
            ("Threads", config.threads),
            ("Longest side in pixels", config.longest_side),
            ("Batch", config.batch),
            ("Learning rate", config.learning_rate),
        )
        if value
    ]
    if config.augmentation != "normal":
        asked.append(("Augmentation", config.augmentation))
    if config.device != "auto":
        asked.append(("Device", config.device))
    return [
        ("Asked for", budget),
        ("Detector", f"{DETECTOR_FACTS[config.detector].title} ({config.detector})"),
        ("Starts from", start_words(config)),
        *asked,
        ("Seed", str(config.seed)),
    ]


def data(story: Story) -> Markup:
    """Which images trained and which checked, how they were divided, and what was odd."""
    rows = [(name, _counted(part)) for name, part in story.parts]
    warnings = list(dict.fromkeys((*story.advice, *story.course.warnings)))
    odd = [tag("h3", "Notes from before and during the run"), _list(warnings)] if warnings else []
    split = [tag("p", story.split)] if story.split else []
    return section("The images", plain(rows), *split, *odd)


def _counted(part: CocoSet) -> str:
    empty = sum(not picture.boxes for picture in part.pictures)
    images, boxes = counted(len(part.pictures), "image"), counted(part.box_count, "box")
    return f"{images}, {empty} of them empty; {boxes}"


def _list(sentences: Sequence[str]) -> Markup:
    return tag("ul", *(tag("li", sentence) for sentence in sentences))


def provenance(story: Story) -> Markup:
    """The model files and the versions, for whoever wants to do it again."""
    try:
        whole = load_quantised(story.run)
    except StoredError:  # the report says so at its head
        whole = None
    rows = [*_model(story.run / "model.onnx"), ("Python", platform.python_version())]
    rows += [(name, number) for name in _PACKAGES if (number := _version(name))]
    beside = [tag("p", whole.told)] if whole is not None else []
    return section("The model and the versions", plain(rows), *beside, class_="together")


def _model(path: Path) -> list[tuple[str, str]]:
    if not path.is_file():  # a link to a device has no end
        return [("model.onnx", "is not there")]
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return [
            ("model.onnx", f"{path.stat().st_size / 1e6:.1f} MB"),
            ("Its sha256", digest),
        ]
    except OSError:
        return [("model.onnx", "is not there")]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def plain(rows: Sequence[tuple[str, str]]) -> Markup:
    """A table of names and values."""
    cells = [tag("tr", tag("th", name), tag("td", value)) for name, value in rows]
    return tag("table", *cells, class_="plain")


def remarks(story: Story) -> Markup:
    """The person's note, and what could not be read for this page."""
    parts = []
    if story.note:
        parts.append(section("Note", tag("p", story.note, class_="note")))
    if story.faults:
        told = tag("ul", *(tag("li", fault) for fault in story.faults))
        parts.append(section("Left out of this report", told, class_="told"))
    return joined(parts)


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _known(score: float) -> str:
    return digits(score if score >= 0 else None)
