"""How the table of runs feels with many of them: reading them, showing, sorting, scrolling.

Run: QT_QPA_PLATFORM=offscreen python tests/benchmarks/many_runs.py [--runs 500] [--events 70]
"Read": all run folders from the disk, away from the GUI thread; "again": as after each training.
Sorting and scrolling: from the wish to the painted table, the median and the slowest of 40.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from labeler.gui.train.run_list import RunList
from labeler.gui.train.runs_page import RunsPage
from labeler.runs.history import list_runs
from tests.script import run
from trainer.config import RunConfig, save_config
from trainer.events import Evaluated, Event, Finished, Progressed, Started, to_line

_T = TypeVar("_T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--events", type=int, default=70, help="of each run")
    wish = parser.parse_args()
    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        _make(Path(folder), wish.runs, wish.events)
        cold, runs = _timed(lambda: list_runs(Path(folder)))
        warm, _ = _timed(lambda: list_runs(Path(folder)))
        _say(f"read {len(runs)} runs", cold)
        _say("read them again", warm)
        page, side = RunsPage(), RunList()
        page.resize(1000, 700)
        page.show()

        def show() -> None:
            page.show_runs(runs)
            side.show_runs(runs, None)
            _paint(application, page)

        _say("show them", _timed(show)[0])
        bar = page.table.verticalScrollBar()
        _say_all("sort", [_sorting(application, page, round_) for round_ in range(40)])
        _say_all("scroll", [_scrolling(application, page, bar.maximum(), n) for n in range(40)])


def _sorting(application: QApplication, page: RunsPage, number: int) -> float:
    order = Qt.SortOrder.AscendingOrder if number % 2 else Qt.SortOrder.DescendingOrder

    def sort() -> None:
        page.table.sortByColumn(number % page.model.columnCount(), order)
        _paint(application, page)

    return _timed(sort)[0]


def _scrolling(application: QApplication, page: RunsPage, end: int, number: int) -> float:
    def scroll() -> None:
        page.table.verticalScrollBar().setValue(end * number // 40)
        _paint(application, page)

    return _timed(scroll)[0]


def _paint(application: QApplication, page: RunsPage) -> None:
    application.processEvents()
    page.table.viewport().repaint()


def _make(folder: Path, runs: int, events: int) -> None:
    for number in range(runs):
        run = folder / f"2026-{number % 12 + 1:02d}-{number % 27 + 1:02d}_10-00_{number}"
        run.mkdir()
        save_config(run, RunConfig("../images", "../images", seed=number))
        ap = number / runs
        told: list[Event] = [
            Started(100, 20, ("mug",), 60.0, ("Learns on the processor.",)),
            *(Progressed("Learning", n, events, n / 10, 99.0, 0.5, 1e-3) for n in range(events)),
            Evaluated(60.0, 6.0, 0.5, ap, ap, 1e-3, True, ap / 2, (1 + ap) / 2),
            Finished(ap, ap, 60.0, 6.0, False),
        ]
        lines = "".join(f"{to_line(event)}\n" for event in told)
        (run / "events.jsonl").write_text(lines, encoding="utf-8")


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    begin = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - begin), result


def _say(what: str, milliseconds: float) -> None:
    sys.stdout.write(f"{what:20} {milliseconds:8.1f} ms\n")


def _say_all(what: str, milliseconds: list[float]) -> None:
    middle, slowest = statistics.median(milliseconds), max(milliseconds)
    sys.stdout.write(f"{what:20} {middle:8.1f} ms, slowest {slowest:.1f} ms\n")


if __name__ == "__main__":
    run(main)
