"""The page: one file, no script, nothing loaded from anywhere."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from trainer.analysis import analyse
from trainer.evaluate import model_of
from trainer.events import Finished
from trainer.faults import TrainerError
from trainer.machine import write_whole
from trainer.measured import FILES, Analysis
from trainer.names import is_there
from trainer.report import course, measurements
from trainer.report.markup import Markup, tag
from trainer.report.story import Story, read_story
from trainer.report.style import STYLE

REPORT = "report.html"
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

_MOST_MEASURED = 500
"""Validation images; more would keep the person waiting."""

_log = logging.getLogger("trainer")


def write_report(
    run: Path, out: Path | None = None, end: Finished | None = None, *, measure: bool = False
) -> Path:
    """Writes RUN/report.html, or out, and gives its path. end: see read_story.

    A run without an analysis gets a report of what there is; measure: one that is over, but was
    stopped before anybody analysed it, is analysed first. Raises TrainerError, OSError.
    """
    path = out or run / REPORT
    story = read_story(run, end)
    if measure and isinstance(story.course.end, Finished) and _is_unmeasured(run):
        story = _measured(story)
    write_whole(path, page(story).encode())
    return path


def _is_unmeasured(run: Path) -> bool:
    return model_of(run).is_file() and not is_there(run / FILES["val"])


def _measured(story: Story) -> Story:
    """What stands in the way is told in the report."""
    try:
        analyse(story.run, most=_MOST_MEASURED)
    except TrainerError as error:
        return replace(story, faults=(*story.faults, str(error)))
    return read_story(story.run)


def report_at_the_end(run: Path, end: Finished) -> None:
    """write_report() for a training that is over: what goes wrong is logged and spoils nothing."""
    try:
        write_report(run, end=end)
    except Exception:
        _log.exception("the run is complete, but its report could not be written")


def page(story: Story) -> str:
    """HTML."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{story.title}: report"),
        tag("style", Markup(STYLE)),
    )
    made = f"Made by Vector Labeler on {datetime.now():%d %B %Y, %H:%M}."
    body = tag("main", *_parts(story), tag("p", made, class_="footer"))
    return "<!doctype html>\n" + tag("html", head, tag("body", body), lang="en") + "\n"


def _parts(story: Story) -> list[Markup]:
    parts = [course.heading(story), course.remarks(story)]
    if story.final is not None:
        parts.append(_final(story.final))
    parts.append(_quality(story))
    parts.append(course.curves(story.course))
    if story.measured is not None:
        parts += [
            measurements.precision_recall(story.measured),
            measurements.by_class(story.measured, story.learnt),
            measurements.by_size(story.measured),
            measurements.mistakes(story.measured, story.checked),
        ]
    return [*parts, course.choices(story), course.data(story), course.provenance(story)]


def _quality(story: Story) -> Markup:
    title = "How good it is on the validation images"
    if story.measured is None:
        return measurements.section(title, course.only_looked(story.course))
    meaning = measurements.what_scores_mean()
    return measurements.section(
        title, measurements.summary(story.measured), meaning, class_="together"
    )


def _final(final: Analysis) -> Markup:
    told = tag(
        "p",
        f"Measured once, on {final.made[:10]}, on images that nothing was chosen by. This is the "
        "score to tell others.",
    )
    return measurements.section("Final score on the test images", told, measurements.summary(final))
