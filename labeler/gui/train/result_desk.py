"""Fills the page of results for the run on show, and sends the trainer to measure and report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox

from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.errand import Errand
from labeler.gui.open_outside import open_outside
from labeler.gui.train.result_page import ResultPage
from labeler.gui.train.shown_run import ShownRun
from labeler.runs.analysis import FILES, Case, as_told, load_analysis
from labeler.runs.final import kept_score
from labeler.runs.history import RunState, config_of
from labeler.runs.quantised import QUANTISED, load_quantised
from trainer.names import is_there
from trainer.run_files import RunPictures


class ResultDesk(QObject):
    """image_requested carries the id of an image of the dataset that the person wants to see.

    measured carries the folder of a run that has new numbers; model_chosen the file of a model that
    Preview shall use. unmeasured carries a ShownRun that nobody has measured; measure_requested the
    folder of one that is measured now.
    """

    image_requested = Signal(int)
    model_chosen = Signal(object)
    measured = Signal(object)
    unmeasured = Signal(object)
    measure_requested = Signal(object)

    def __init__(self, document: Document, page: ResultPage) -> None:
        super().__init__(page)
        self._document, self._page = document, page
        self._shown: ShownRun | None = None
        self._drawn: tuple[object, ...] = ()
        self._afterwards: Callable[[str], None] = lambda _answer: None
        self._errand = Errand(self)
        self._errand.done.connect(self._take)
        self._errand.failed.connect(document.report)
        self._errand.ended.connect(lambda: page.show_busy(""))
        page.final_requested.connect(self.ask_final)
        page.report_requested.connect(self.report)
        page.int8.make_requested.connect(self.quantise)
        page.int8.use_requested.connect(self._use_quantised)
        page.cancel_requested.connect(self._errand.stop)
        page.mistakes.gallery.case_chosen.connect(self._bring)

    def take_run(self, shown: ShownRun) -> None:
        """What is asked for from now on is asked of this run; the page stays as it is."""
        self._shown = shown

    def show_run(self, shown: ShownRun) -> None:
        """Puts a run on the page. Reads again only what has changed."""
        state = (shown.path, shown.state, shown.has_model, *_times(shown.path))
        self._shown = shown
        if state == self._drawn:
            return
        self._drawn = state
        try:
            self._draw(shown)
        except UserError as error:
            again = [(self.tr("Measure it again"), self.measure)] if shown.has_model else []
            self._page.say(self.tr("Its numbers cannot be read"), str(error), again)

    def measure(self) -> None:
        """Measures the run on show on its validation part."""
        if self._shown is not None and self._shown.has_model:
            self.measure_requested.emit(self._shown.path)
            self._send(self.tr("Measuring what it learned"), self._redraw, "analyse")

    def ask_final(self) -> None:
        """Asks once more, then looks at the test part."""
        obstacle = self.obstacle_to_final()
        if obstacle:
            self._document.say(obstacle)
            return
        box = QMessageBox(self._page)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Final score"))
        box.setText(self.tr("Score this run on the test images now?"))
        box.setInformativeText(
            self.tr(
                "No training has learned from them, and no run was chosen by their "
                "score. It is an honest score as long as you choose nothing by it "
                "afterwards, so each run is scored on them only once: do it when you "
                "are done."
            )
        )
        take = box.addButton(self.tr("Score it"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("Not yet"), QMessageBox.ButtonRole.RejectRole)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        take.clicked.connect(self.take_final)
        box.open()

    def take_final(self) -> None:
        """Measures the run on show on its test part."""
        self._send(self.tr("Measuring the final score"), self._redraw, "analyse", "--part", "test")

    def report(self) -> None:
        """Writes RUN/report.html and opens it in the browser."""
        if self._shown is not None:
            self._send(self.tr("Writing the report"), self._open_report, "report")

    def quantise(self) -> None:
        """Makes the INT8 model of the run on show and measures it beside the other."""
        self._send(self.tr("Making and measuring the INT8 model"), self._redraw, "quantise")

    def obstacle_to_final(self) -> str:
        """Why the final score cannot be taken now, or nothing."""
        if self._shown is None or self.obstacle_to_model():
            return self.obstacle_to_model()
        if not is_there(self._shown.path / "test.json"):
            return self.tr("No images were kept for a final score when this run was made.")
        if is_there(self._shown.path / FILES["test"]):
            return self.tr("Its final score has been measured already.")
        return self.tr("Something is being measured.") if self._errand.is_running else ""

    def obstacle_to_model(self) -> str:
        """Why nothing can be done with the model of the run on show, or nothing."""
        if self._shown is None or not self._shown.has_model:
            return self.tr("There is no run with a model to use.")
        return ""

    def forget(self) -> None:
        """No run is on show."""
        self._shown, self._drawn = None, ()
        self._page.mistakes.gallery.clear_cases()

    def shut_down(self) -> None:
        self._errand.stop_and_wait()

    def _draw(self, shown: ShownRun) -> None:
        analysis = load_analysis(shown.path)
        if analysis is None:
            self._say_unmeasured(shown)
            return
        config = config_of(shown.path)
        pictures = RunPictures(shown.path, "val", config.val_images)
        self._page.show_analysis(as_told(analysis, shown.record), pictures)
        with self._document.reporting():
            self._page.int8.show_facts(None)
            self._page.int8.show_facts(load_quantised(shown.path))
        try:
            final, kept = load_analysis(shown.path, "test"), kept_score(shown.path)
        except UserError as error:
            self._page.show_final(None, has_test=False, hints=(str(error),))
            return
        self._page.show_final(
            final,
            has_test=is_there(shown.path / "test.json"),
            hints=kept.hints if kept else (),
        )

    def _say_unmeasured(self, shown: ShownRun) -> None:
        if shown.state is RunState.RUNNING:
            self._page.say(
                self.tr("Still learning"),
                self.tr(
                    "It is measured when it ends, and its mistakes can then be looked at here."
                ),
                [],
            )
        elif shown.has_model:
            self._page.say(
                self.tr("Not measured yet"),
                self._why_unmeasured(shown),
                [(self.tr("Measure it"), self.measure)],
            )
            self.unmeasured.emit(shown)
        else:
            self._page.say(
                self.tr("Nothing to measure"), self.tr("This run ended before it had a model."), []
            )

    def _why_unmeasured(self, shown: ShownRun) -> str:
        if shown.state is RunState.FINISHED:
            return self.tr("This run has not been measured. That takes a few seconds.")
        return self.tr(
            "It ended early. It will be measured by itself in the background once "
            "nothing is training, and its mistakes can then be looked at here."
        )

    def _send(self, sentence: str, then: Callable[[str], None], verb: str, *words: str) -> None:
        if self._errand.is_running or self._shown is None:
            return
        self._afterwards = then
        self._page.show_busy(sentence)
        self._document.say(f"{sentence}…")
        self._errand.start(verb, self._shown.path.absolute(), *words)

    def _take(self, answer: str) -> None:
        self._afterwards(answer)

    def _redraw(self, _answer: str) -> None:
        if self._shown is not None:
            self.measured.emit(self._shown.path)

    def _use_quantised(self) -> None:
        if self._shown is not None:
            self.model_chosen.emit(self._shown.path / QUANTISED)

    def _open_report(self, answer: str) -> None:
        path = Path(answer.strip().splitlines()[-1])
        self._document.tell_written(path, self.tr("Wrote the report."))
        open_outside(path, self._document.say, self)  # its place is told already

    def _bring(self, case: Case) -> None:
        """By its id where that is still the same picture; else by its name."""
        dataset = self._document.dataset
        try:
            if dataset.image(case.image_id).file_name == case.file_name:
                self.image_requested.emit(case.image_id)
                return
        except KeyError:
            pass
        for image in dataset.images():
            if image.file_name == case.file_name:
                self.image_requested.emit(image.id)
                return
        self._document.report(
            UserError(self.tr("{0} is not in this dataset any more.").format(case.file_name))
        )


def _times(run: Path) -> tuple[int, ...]:
    """When each file of numbers was written; 0: it is not there."""
    times = []
    for name in (*FILES.values(), QUANTISED):
        try:
            times.append((run / name).stat().st_mtime_ns)
        except OSError:
            times.append(0)
    return tuple(times)
