"""What the Train workspace says while there is no run to show, and the way on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from labeler.dataset.queries import Counts
from labeler.gui.train.notice import EmptyPage
from labeler.runs.advice import FEWEST_LABELLED, USEFUL_LABELLED
from labeler.runs.launch import INSTALL_COMMAND, training_available


class TrainEmptyPage(EmptyPage):
    """One of three: something to install, something to label, or ready."""

    def show_counts(
        self,
        counts: Counts,
        look_again: Callable[[], object],
        label: Callable[[], object],
    ) -> None:
        """counts: of the images in the dataset. look_again, label: what the buttons do."""
        if not training_available():
            self.say_what_to_install(look_again)
        elif counts.labelled < FEWEST_LABELLED:
            self.say_what_to_label(FEWEST_LABELLED - counts.labelled, label)
        else:
            self.say_ready(counts.labelled)

    def say_what_to_install(self, look_again: Callable[[], object]) -> None:
        self.say(
            self.tr("Training needs PyTorch, which is not installed"),
            self.tr("Type this where you installed Vector Labeler:\n\n{0}").format(INSTALL_COMMAND),
            [(self.tr("Copy the line"), _copy_command), (self.tr("Look again"), look_again)],
        )

    def say_what_to_label(self, missing: int, label: Callable[[], object]) -> None:
        """missing: so many more labelled images allow to train at all."""
        ask = (
            self.tr("Draw boxes on 1 more image to be able to train")
            if missing == 1
            else self.tr("Draw boxes on {0} more images to be able to train").format(missing)
        )
        useful = self.tr("about {0} make a useful detector").format(USEFUL_LABELLED)
        self.say(
            self.tr("Nothing to learn from yet"),
            f"{ask}; {useful}.",
            [(self.tr("Label images"), label)],
        )

    def say_ready(self, labelled: int) -> None:
        self.say(
            self.tr("Ready to train"),
            self.tr("{0} images are labelled. Press Train and watch it learn here.").format(
                labelled
            ),
        )


def _copy_command() -> None:
    QApplication.clipboard().setText(INSTALL_COMMAND)
