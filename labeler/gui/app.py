"""Opens the window: looks, log, dataset, and then the event loop."""

from __future__ import annotations

import argparse
import gc
import locale
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication, QMessageBox

from labeler.dataset.no_dataset import NoDataset
from labeler.errors import UserError
from labeler.gui import theme
from labeler.gui.dataset_opening import (
    FIRST_DATASET,
    Opened,
    introduction,
    open_last,
    open_or_create,
    open_remembered,
)
from labeler.gui.document import Document
from labeler.gui.excepthook import CaughtBugs, start_log
from labeler.gui.icons import application_icon
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import pages
from labeler.gui.settings import Settings
from labeler.gui.warm_up import import_ahead


def run_window(words: list[str]) -> int:
    """words: an optional dataset folder and the options of _parser().

    Returns the exit code: 1 where no dataset can be opened at all.
    """
    wish = _parser().parse_args(words)
    application = _application()
    bugs = CaughtBugs(start_log())
    bugs.install()
    settings = Settings()
    theme.install(application)
    theme.choose(application, wish.appearance or settings.appearance)
    try:
        opened = _opened(wish, settings)
    except UserError as error:
        return _give_up(error, quietly=wish.screenshot is not None)
    document = Document(opened.dataset)
    if document.has_dataset:
        settings.remember_dataset(opened.dataset.folder)
    window = MainWindow(document, settings)
    bugs.caught.connect(window.show_failure)
    window.menu.appearance_chosen.connect(lambda which: _change(application, settings, which))
    if opened.concern:
        document.report(opened.concern)
    elif document.has_dataset and (told := introduction(opened.dataset, settings)):
        document.say(told)
    window.painted.connect(lambda: _after_first_paint(application, window, wish))
    if opened.damaged is not None and wish.screenshot is None:
        damaged = opened.damaged
        window.painted.connect(lambda: window.actions_of_dataset.damaged.emit(damaged))
    window.show()
    gc.freeze()  # what stands by now stays: no later collection has to look through it
    code = int(application.exec())
    document.dataset.close()
    return code


def _application() -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    application = QApplication(sys.argv[:1])
    # Qt has just set it as the system has it: C's own functions would read 0.5 as 0 behind a comma.
    locale.setlocale(locale.LC_NUMERIC, "C")
    application.setApplicationName("Vector Labeler")
    application.setDesktopFileName("vector-labeler")
    return application


def _opened(wish: argparse.Namespace, settings: Settings) -> Opened:
    if wish.dataset is not None:
        return open_or_create(wish.dataset)
    recent, place = settings.recent_datasets(), settings.datasets_folder
    if wish.camera or wish.workspace:  # they need a dataset, the first time a new one
        return open_last(recent, place, FIRST_DATASET)
    return Opened(NoDataset()) if settings.was_closed else open_remembered(recent, place)


def _after_first_paint(
    application: QApplication, window: MainWindow, wish: argparse.Namespace
) -> None:
    application.setWindowIcon(application_icon())
    import_ahead()
    if wish.camera:
        window.use_camera(wish.camera)
    if wish.workspace:
        window.show_workspace(wish.workspace)
    for action in wish.action:
        window.keys.run(action)
    if wish.screenshot is not None:
        from labeler.gui.screenshot import Screenshot

        Screenshot(window, wish.screenshot, wants_camera=bool(wish.camera))


def _change(application: QApplication, settings: Settings, appearance: str) -> None:
    settings.appearance = appearance
    theme.choose(application, appearance)


def _give_up(error: UserError, *, quietly: bool) -> int:
    sys.stderr.write(f"{error}\n")
    if not quietly:
        QMessageBox.critical(None, "Vector Labeler", str(error))
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vector-labeler", description="Opens the window.")
    parser.add_argument("dataset", nargs="?", type=Path, help="the folder of a dataset")
    parser.add_argument("--camera", metavar="ID", help="open this camera, such as: simulated")
    parser.add_argument(
        "--screenshot", metavar="FILE", type=Path, help="save a picture of the window and close it"
    )
    parser.add_argument(
        "--action",
        metavar="NAME",
        action="append",
        default=[],
        help="do this at the start, by its name in a key map, such as: train.result",
    )
    parser.add_argument("--workspace", choices=[page.id for page in pages()])
    parser.add_argument("--appearance", choices=("light", "dark", "system"))
    return parser
