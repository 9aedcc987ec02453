"""The parts of the page that tell how good the model is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from trainer.coco import CocoSet
from trainer.measured import Analysis, Interval, Kind, Measure, Mistakes, Scores
from trainer.report.charts import SHARE, Axis, Line, bar, line_chart
from trainer.report.examples import gallery
from trainer.report.markup import Markup, joined, name_of, tag
from trainer.words import counted

_KINDS = {
    Kind.WRONG_PLACE: "The class is right, but the box overlaps the true box by less than half.",
    Kind.WRONG_CLASS: "There is something, but of another class.",
    Kind.TWICE: "It was found already, by a box with a higher score.",
    Kind.BACKGROUND: "There is nothing.",
    Kind.MISSED: "Something is there and was not found.",
}
_IN_SMALL = "Below a score: its 95 % interval."
_MOST_ROWS = 200
_MOST_PAIRS = 5


def section(title: str, *parts: str, class_: str | None = None) -> Markup:
    """A card of the page."""
    return tag("section", tag("h2", title), *parts, class_=class_)


def tile(title: str, value: str, *below: str) -> Markup:
    """A number to be seen from afar, and what it is."""
    return tag(
        "div", title, tag("b", value), *(tag("small", text) for text in below), class_="tile"
    )


def digits(value: float | None) -> str:
    """A score of 0 to 1; a dash where nobody could measure it."""
    return "–" if value is None else f"{value:.3f}"


def summary(measured: Analysis) -> Markup:
    """AP, AP50, AR with their intervals, and what they are to be held against."""
    tiles = tag(
        "div",
        tile("AP", digits(measured.ap.value), _interval(measured.ap)),
        tile("AP50", digits(measured.ap50.value), _interval(measured.ap50)),
        tile("AR", digits(measured.ar.value), _interval(measured.ar)),
        tile(
            "Best threshold",
            f"{measured.threshold:.2f}",
            f"precision {measured.precision:.2f}, recall {measured.recall:.2f}",
        ),
        class_="tiles",
    )
    images, boxes = counted(measured.images, "image"), counted(measured.boxes, "box")
    basis = f"Measured on {images} with {boxes}."
    notes = [tag("p", warning) for warning in measured.warnings]
    return joined([tiles, tag("p", basis), *_for_comparison(measured), *notes])


def what_scores_mean() -> Markup:
    """For who sees them for the first time."""
    return tag(
        "p",
        "AP (average precision, as COCO defines it) tells how good the detector is, "
        "from 0 to 1: does it find everything, does it find nothing that is not there, "
        "and do its boxes fit? AP50 is less strict: a box counts as right when it "
        "overlaps the true box by half. AR (average recall) tells how much of what is "
        "there is found. The interval is where 95 of 100 scores would lie if they were "
        "measured on other images of the same kind.",
        class_="faint",
    )


def _for_comparison(measured: Analysis) -> list[Markup]:
    if measured.constant_ap is None or measured.constant_ap50 is None:
        return []
    told = (
        "Baseline: one fixed box, drawn on every image without looking, scores "
        f"AP {digits(measured.constant_ap)} and AP50 {digits(measured.constant_ap50)} here."
    )
    return [tag("p", told)]


def precision_recall(measured: Analysis) -> Markup:
    """The curve, with the threshold that balances best."""
    if not measured.curve:
        return Markup()
    line = Line("mean over the classes, overlap 0.5", measured.curve, "one")
    recall, precision = measured.recall, measured.precision
    words = f"at the threshold {measured.threshold:.2f}: {precision:.2f} at {recall:.2f}"
    x = Axis("recall: how much of what is there is found", 0.0, 1.0, 0.25)
    drawn = line_chart("Precision against recall", [line], x, SHARE, (recall, precision, words))
    told = (
        f"The ring is the threshold {measured.threshold:.2f}, which the preview starts with: "
        f"{percent(precision)} of the boxes shown are right, and {percent(recall)} of what is "
        f"there is found (F1 {measured.f1:.2f}). A higher threshold shows fewer boxes, and more of "
        "them are right."
    )
    columns = tag("div", drawn, tag("div", tag("p", told)), class_="beside")
    return section("How sure to be", columns, class_="together")


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def by_class(measured: Analysis, learnt: CocoSet | None) -> Markup:
    """A row a class. learnt: to tell how many boxes of each there were to learn from."""
    counts = Counter(
        box.category_id for picture in (learnt.pictures if learnt else ()) for box in picture.boxes
    )
    by_name = {name: counts[number] for number, name in (learnt.categories if learnt else ())}
    head = ("class", "boxes learnt", "boxes checked", "AP", "AP50", "AR", "precision", "recall")
    rows = [
        (name_of(row.name), str(by_name.get(row.name, "–")), *_scores(row), *_at_threshold(row))
        for row in measured.classes[:_MOST_ROWS]
    ]
    left_out = len(measured.classes) - len(rows)
    more = [tag("p", f"And {counted(left_out, 'more class')}.")] if left_out > 0 else []
    return section("By class", table(head, rows), *more, tag("p", _IN_SMALL, class_="faint"))


def by_size(measured: Analysis) -> Markup:
    """A row for small, medium and large boxes."""
    rows = [(row.name, *_scores(row)) for row in measured.sizes]
    told = (
        "Small: the mean side of a box is under a tenth of the picture's; large: from three "
        f"tenths. {_IN_SMALL}"
    )
    head = ("size", "boxes checked", "AP", "AP50", "AR")
    return section("By size", table(head, rows), tag("p", told, class_="faint"), class_="together")


def mistakes(measured: Analysis, checked: CocoSet | None) -> Markup:
    """Errors by kind with some to look at; checked: whose pictures those are."""
    key = tag(
        "p",
        tag("i", class_="sample found"),
        "what the model found",
        tag("i", class_="sample truth"),
        "what is there",
        class_="faint",
    )
    most = max((errors.count for errors in measured.mistakes), default=0) or 1
    rows = [
        (errors.kind, joined([str(errors.count), bar(errors.count / most)]), _KINDS[errors.kind])
        for errors in measured.mistakes
    ]
    counts = table(("mistake", "how often", "what it means"), rows, class_="last-is-text")
    galleries = [drawn for errors in measured.mistakes if (drawn := _kind(errors, checked))]
    shown = [key, *galleries] if galleries else []
    told = f"Mistakes at a threshold of {measured.threshold:.2f}, the worst first."
    return section("What goes wrong", tag("p", told), counts, *shown)


def _kind(errors: Mistakes, checked: CocoSet | None) -> Markup:
    pictures = gallery(errors, checked) if checked else Markup()
    if not pictures:
        return Markup()
    title = tag("h3", f"{errors.kind.capitalize()}: {errors.count}")
    return tag("div", title, *_confusions(errors, checked), pictures)


def _confusions(errors: Mistakes, checked: CocoSet | None) -> list[Markup]:
    """What is taken for what, the commonest first."""
    pairs = Counter(
        (case.truth_category, case.found_category)
        for case in errors.cases
        if case.truth_category is not None and case.found_category is not None
    )
    if errors.kind is not Kind.WRONG_CLASS or checked is None or not pairs:
        return []
    names = dict(checked.categories)
    words: list[str] = []
    for (truth, found), count in pairs.most_common(_MOST_PAIRS):
        told = (
            name_of(names.get(truth, "?"), 40),
            " taken for ",
            name_of(names.get(found, "?"), 40),
        )
        words += [", " if words else "", *told, f" {count} times" if count > 1 else " once"]
    return [tag("p", *words, ".")]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], class_: str | None = None) -> Markup:
    """Numbers stand to the right, names to the left."""
    top = tag("tr", *(tag("th", word) for word in head))
    body = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
    return tag("div", tag("table", top, *body, class_=class_), class_="wide")


def _scores(row: Scores) -> tuple[str, ...]:
    ap = _with(row.ap, row.ap_interval, bar(row.ap))
    ap50, ar = _with(row.ap50, row.ap50_interval), _with(row.ar, row.ar_interval)
    return (str(row.boxes), ap, ap50, ar)


def _with(value: float | None, interval: Interval | None, *beside: str) -> Markup:
    """The interval small below it."""
    below = [] if interval is None else [tag("small", f"{interval[0]:.2f} to {interval[1]:.2f}")]
    return joined([digits(value), *beside, *below])


def _at_threshold(row: Scores) -> tuple[str, str]:
    return digits(row.precision), digits(row.recall)


def _interval(score: Measure) -> str:
    if score.low is None or score.high is None:
        return "too few images for an interval"
    return f"95 % interval {score.low:.2f} to {score.high:.2f}"
