"""The data curve by a button: parts are trained in turn, points come, and it can be called off."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import labeler.gui.compare.pair_trainer
import labeler.gui.errand
from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs, is_idle
from labeler.gui.compare import curve_training
from labeler.gui.compare.workspace import CompareWorkspace
from labeler.gui.document import Document
from labeler.gui.job_bar import JobBar
from labeler.gui.live import LiveCamera
from labeler.gui.train.run_starter import RunStarter
from labeler.gui.train.trainer import Trainer
from labeler.runs.data_curve import DATA_CURVE, part_folder, prepare_part
from labeler.runs.history import attend
from labeler.runs.pair import SIDES, attended, list_pairs
from labeler.runs.prepare import Wish, new_run_folder, prepare_run_from_dataset
from tests.gui.live_waits import Heard, show, until
from tests.gui.pair_makers import write_pair
from tests.runs.pair_makers import FAST, SLOW, tell_run, write_scores
from tests.runs.run_makers import add_scenes

PATIENCE = 90_000
"""Milliseconds: a child has to start, and the machine may be crowded."""
_QUICK = """
import sys
from pathlib import Path
from tests.runs.pair_makers import FAST, SLOW, tell_run, write_scores
pair = next(word for word in map(Path, sys.argv) if word.is_dir())
for side, curve in (("pretrained", FAST), ("scratch", SLOW)):
    run = pair / side
    tell_run(run, curve)
    for line in (run / "events.jsonl").read_text().splitlines():
        print('{"run": "%s", ' % side + line[1:], flush=True)
write_scores(pair, (0.1, 0.2))
"""
"""A trainer that has learned already."""
_DEAF = "import time\nwhile True: time.sleep(60)"
"""A trainer that never comes to an end."""


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "table") as fresh:
        add_scenes(fresh, 20, session="morning")
        add_scenes(fresh, 4, session="evening")
        yield fresh
        finish_jobs()


@pytest.fixture
def pair(dataset: Dataset) -> Path:
    """Trained to its end, and scored."""
    pair = write_pair(dataset)
    write_scores(pair, (0.1, 0.2))
    return pair


@pytest.fixture
def document(qtbot: QtBot, dataset: Dataset) -> Document:
    return Document(dataset)


@pytest.fixture
def heard(document: Document) -> Heard:
    return Heard(document)


@pytest.fixture
def workspace(
    qtbot: QtBot, document: Document, pair: Path, live: LiveCamera, heard: Heard
) -> CompareWorkspace:
    shown = CompareWorkspace(document, live)
    show(qtbot, shown)
    until(qtbot, shown.view.data_curve.train_button.isVisible)
    return shown


@pytest.fixture
def trainer_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a program in the trainer's place."""

    def take(program: str) -> None:
        monkeypatch.setattr(
            labeler.gui.compare.pair_trainer,
            "trainer_command",
            lambda *words: [sys.executable, "-c", program, *map(str, words)],
        )

    return take


def _train(pair: Path, share: float) -> None:
    """As if that part had been trained before a break."""
    place = part_folder(pair / DATA_CURVE, share)
    prepare_part(pair, place, share)
    for side, curve in zip(SIDES, (FAST, SLOW), strict=True):
        tell_run(place / side, curve)
    write_scores(place, (0.1, 0.2))


def test_a_button_trains_the_missing_parts_and_the_curve_grows(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    pair: Path,
    heard: Heard,
    trainer_is: Callable[[str], None],
) -> None:
    part = workspace.view.data_curve
    assert not part.plot.isVisible()
    _train(pair, 0.1)
    _train(pair, 0.2)
    workspace.panel.pair_chosen.emit(pair)
    until(qtbot, lambda: len(part.plot.points["scratch"]) == 3)
    assert "on 50 % of them" in part.offer.text()
    trainer_is(_QUICK)
    qtbot.mouseClick(part.train_button, Qt.MouseButton.LeftButton)
    assert part.bar.isVisible()
    assert part.cancel_button.isVisible()
    assert not workspace.panel.train_button.isEnabled()
    assert "data curve" in workspace.closing_question()
    picture = pair / "data-curve.png"
    qtbot.waitUntil(lambda: picture in heard.written, timeout=PATIENCE)
    until(qtbot, lambda: len(part.plot.points["scratch"]) == 4)
    images = [x for x, _ in part.plot.points["pretrained"]]
    assert images == sorted(set(images))
    assert part.plot.isVisible()
    assert "did as well as scratch with all" in part.sentence.text()
    assert not part.train_button.isVisible()
    assert picture.is_file()
    assert heard.written[picture] == "The data curve is complete."
    assert workspace.panel.train_button.isEnabled()
    assert workspace.obstacle_to_curve()


def test_a_part_that_cannot_be_read_is_named_under_the_curve_and_the_others_stand(
    qtbot: QtBot, workspace: CompareWorkspace, pair: Path
) -> None:
    part = workspace.view.data_curve
    for share in (0.1, 0.2, 0.5):
        _train(pair, share)
    damaged = part_folder(pair / DATA_CURVE, 0.2) / "pretrained" / "config.json"
    damaged.write_text('{"seed": "many"}', encoding="utf-8")
    workspace.panel.pair_chosen.emit(pair)
    until(qtbot, lambda: len(part.plot.points["scratch"]) == 3)
    assert part.sentence.isVisible()
    (told,) = (line for line in part.sentence.text().splitlines() if "Left out: " in line)
    assert damaged.relative_to(pair).as_posix() in told.replace("\\", "/")
    assert part.sentence.height() >= part.sentence.heightForWidth(part.sentence.width())


def test_it_is_called_off_at_once_and_goes_on_another_time(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    pair: Path,
    heard: Heard,
    trainer_is: Callable[[str], None],
) -> None:
    part = workspace.view.data_curve
    assert "on 10, 20 and 50 % of them" in part.offer.text()
    assert "about 6:00 min" in part.offer.text()
    assert workspace.shown is not None
    best = replace(workspace.shown, budget="best", seconds_total=50.0)
    part.show_training(best, workspace.curve, can_train=True)
    assert "each until it stops improving: 5:00 min at most" in part.offer.text()
    trainer_is(_DEAF)
    qtbot.mouseClick(part.train_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: "Part 1 of 3, both learn from 2 images" in part.offer.text())
    qtbot.mouseClick(part.cancel_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: heard.has("The parts of the data curve that are trained are kept."))
    assert not workspace.curve.is_running
    assert part.train_button.isVisible()
    assert part.train_button.isEnabled()
    assert len(list_pairs(pair.parent)) == 1  # the parts are no pairs of the dataset


def test_it_never_takes_the_time_of_a_training(
    qtbot: QtBot, workspace: CompareWorkspace, dataset: Dataset, heard: Heard
) -> None:
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    lock = attend(run)
    qtbot.mouseClick(workspace.view.data_curve.train_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: heard.failures)
    assert "Another training of this dataset is running" in heard.failures[0]
    assert not workspace.curve.is_running
    lock.release()


def test_its_pair_is_not_thrown_away_meanwhile(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    pair: Path,
    heard: Heard,
    trainer_is: Callable[[str], None],
) -> None:
    trainer_is(_DEAF)
    workspace.train_curve()
    until(qtbot, lambda: workspace.curve.images)
    workspace.panel.trash_requested.emit(pair)
    assert heard.has("This pair is still training.")
    assert pair.is_dir()
    workspace.stop()
    until(qtbot, lambda: not workspace.curve.is_running)


def test_it_ends_where_a_run_was_begun_between_two_parts(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    pair: Path,
    dataset: Dataset,
    heard: Heard,
    trainer_is: Callable[[str], None],
) -> None:
    trainer_is(_QUICK)
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    locks = []
    workspace.curve.grown.connect(lambda _pair: locks.append(attend(run)))
    workspace.train_curve()
    until(qtbot, lambda: heard.failures)
    assert "Another training of this dataset is running" in heard.failures[0]
    assert len(locks) == 1
    locks[0].release()


def test_a_pair_waits_for_another_pair_whoever_trains_it(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    pair: Path,
    heard: Heard,
    trainer_is: Callable[[str], None],
) -> None:
    trainer_is(_DEAF)
    with attended(pair):
        (pair / "scratch" / "events.jsonl").unlink()
        workspace.starter.start(Wish())
        until(qtbot, lambda: heard.failures or workspace.trainer.is_running)
    assert "being compared" in heard.failures[0]
    assert not workspace.trainer.is_running


def test_a_run_and_a_pair_are_never_prepared_at_once(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    document: Document,
    heard: Heard,
    trainer_is: Callable[[str], None],
) -> None:
    trainer_is(_DEAF)
    bar = JobBar()
    qtbot.addWidget(bar)
    runs = RunStarter(document, Trainer(bar), bar)
    workspace.starter.start(Wish())
    runs.start(Wish())
    assert heard.failures == ["Another training is about to begin. Stop it, or wait for it."]
    assert not runs.is_preparing
    until(qtbot, lambda: workspace.trainer.is_running)
    workspace.stop()
    until(qtbot, lambda: not workspace.trainer.is_running)


def test_it_is_called_off_while_a_part_is_scored(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    pair: Path,
    heard: Heard,
    trainer_is: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deaf = [sys.executable, "-c", _DEAF]
    monkeypatch.setattr(labeler.gui.errand, "trainer_command", lambda *_words: deaf)
    trainer_is(_QUICK[: _QUICK.rindex("write_scores")])
    workspace.train_curve()
    until(qtbot, lambda: workspace.curve._scoring.is_running)
    workspace.stop()
    until(qtbot, lambda: heard.has("The parts of the data curve that are trained are kept."))
    assert not workspace.curve.is_running
    assert not workspace.curve._scoring.is_running


def test_its_picture_has_the_name_of_the_dataset_that_it_was_begun_in(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    pair: Path,
    document: Document,
    heard: Heard,
    trainer_is: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: list[str] = []
    real = vars(curve_training)["curve_chart"]
    monkeypatch.setattr(
        curve_training,
        "curve_chart",
        lambda name, points: (names.append(name), real(name, points))[1],
    )
    for share in (0.1, 0.2):
        _train(pair, share)
    trainer_is(_QUICK)
    workspace.train_curve()
    first = document.dataset.folder
    with Dataset.create(first.parent / "other") as other:
        document.open(other)
        until(qtbot, lambda: pair / "data-curve.png" in heard.written)
        document.open(Dataset.open(first))
    until(qtbot, is_idle)
    assert names == ["table"]
    document.dataset.close()
