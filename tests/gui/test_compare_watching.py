"""Both detectors on the same frame, in two panes without names, and the vote below them."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.compare.playing import Playing
from labeler.gui.compare.watch_page import WatchPage
from labeler.gui.compare.workspace import CompareWorkspace
from labeler.gui.decode import as_rgb
from labeler.gui.document import Document
from labeler.gui.excepthook import start_log
from labeler.gui.live import LiveCamera
from labeler.runs.clip import folder_clip, video_clip
from labeler.runs.film import open_film
from labeler.runs.pair import attended
from labeler.runs.side_by_side import Pane, write_side_by_side
from labeler.votes.ballot import Choice
from labeler.votes.vote_book import VoteBook
from tests.gui.live_waits import Heard, show, until
from tests.gui.pair_makers import scored, write_pair
from tests.runs.run_makers import add_scenes
from tests.votes.phones import Phone, refused
from trainer.config import COCO_START, IMAGENET_START
from trainer.predict import Predictor

FRAMES = 12


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "table") as fresh:
        add_scenes(fresh, 6, session="morning")
        add_scenes(fresh, 4, session="evening")
        yield fresh
        finish_jobs()


@pytest.fixture
def pair(dataset: Dataset, request: pytest.FixtureRequest) -> Path:
    return write_pair(dataset, detector=getattr(request, "param", IMAGENET_START))


@pytest.fixture
def clip(tmp_path: Path) -> str:
    """A folder of frames, each brighter than the one before."""
    folder = tmp_path / "clip"
    folder.mkdir()
    for number in range(FRAMES):
        Pillow.new("RGB", (128, 72), (20 * number,) * 3).save(folder / f"{number:02}.png")
    return str(folder)


@pytest.fixture
def document(qtbot: QtBot, dataset: Dataset) -> Document:
    return Document(dataset)


@pytest.fixture
def heard(document: Document) -> Heard:
    return Heard(document)


@pytest.fixture
def workspace(
    qtbot: QtBot, document: Document, live: LiveCamera, pair: Path, clip: str
) -> CompareWorkspace:
    """The pair is watched; the clip stands at its first frame."""
    shown = CompareWorkspace(document, live)
    show(qtbot, shown)
    until(qtbot, lambda: shown.view.watch_button.isEnabled())
    shown.watch_page.source.clip_chosen.emit(clip)
    qtbot.mouseClick(shown.view.watch_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: _number(shown) == 0)
    return shown


@pytest.fixture
def page(workspace: CompareWorkspace) -> WatchPage:
    return workspace.watch_page


def _number(workspace: CompareWorkspace) -> int | None:
    sight = workspace.watch_page.panes.sight
    return sight.number if sight is not None else None


def _texts(page: WatchPage) -> list[list[str]]:
    return [sorted(mark.text for mark in view.marks) for view in page.panes.views]


def _words_on(page: WatchPage) -> str:
    """Everything that a person can read or hear on the page now."""
    words: list[str] = []
    found: list[QLabel | QPushButton] = [*page.findChildren(QLabel)]
    found += page.findChildren(QPushButton)
    for widget in found:
        if widget.isVisible():
            words += [widget.text(), widget.toolTip(), widget.accessibleName()]
    return " ".join(words).lower()


def _better(page: WatchPage, side: str) -> Choice:
    return (Choice.A, Choice.B)[page.voting.sides.index(side)]


# Watching


def test_both_panes_show_what_their_own_model_finds_on_the_same_frame(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage, pair: Path
) -> None:
    models = [Predictor(pair / side / "model.onnx") for side in page.voting.sides]
    for number in range(4):
        until(qtbot, lambda wanted=number: _number(workspace) == wanted)
        images = [view.image for view in page.panes.views]
        assert images[0] is images[1]
        assert as_rgb(images[0])[0, 0, 0] == 20 * number
        for view, model in zip(page.panes.views, models, strict=True):
            alone = model.predict(as_rgb(images[0]))
            assert [mark.bbox for mark in reversed(view.marks)] == [each.bbox for each in alone]
        qtbot.keyClick(workspace, Qt.Key.Key_Right)


def test_steps_back_and_the_slider_reach_every_frame(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage
) -> None:
    page.transport.slider.setValue(FRAMES - 1)
    until(qtbot, lambda: _number(workspace) == FRAMES - 1)
    qtbot.keyClick(workspace, Qt.Key.Key_Right)
    qtbot.keyClick(workspace, Qt.Key.Key_Left)
    until(qtbot, lambda: _number(workspace) == FRAMES - 2)
    assert page.transport.slider.value() == FRAMES - 2
    assert f"frame {FRAMES - 1}" in page.transport.place.text()
    qtbot.keyClick(page.transport.slider, Qt.Key.Key_Home)
    until(qtbot, lambda: _number(workspace) == 0)
    qtbot.keyClick(workspace, Qt.Key.Key_Left)
    assert page.screening.watching.is_playing is False


def test_space_plays_to_the_end_stops_there_and_begins_anew(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage
) -> None:
    page.transport.slider.setValue(FRAMES - 4)
    until(qtbot, lambda: _number(workspace) == FRAMES - 4)
    qtbot.keyClick(workspace, Qt.Key.Key_Space)
    assert page.transport.play.text() == "Pause"
    until(qtbot, lambda: _number(workspace) == FRAMES - 1)
    until(qtbot, lambda: page.transport.play.text() == "Play")
    qtbot.keyClick(workspace, Qt.Key.Key_Space)
    until(qtbot, lambda: (number := _number(workspace)) is not None and number < FRAMES - 4)
    qtbot.keyClick(workspace, Qt.Key.Key_Space)
    assert not page.screening.watching.is_playing


def test_the_pace_of_a_film_is_kept_and_changed() -> None:
    now = [100.0]
    playing = Playing(lambda: now[0])
    playing.move(10)
    assert playing.pause_s() is None
    playing.start(per_second=20.0)
    assert playing.pause_s() == pytest.approx(0.05)
    now[0] = 100.06
    assert playing.is_due()
    assert playing.due() == 11
    playing.came(11)
    now[0] = 100.21  # the machine was busy: the frames between are passed over
    assert playing.due() == 14
    playing.came(14)
    now[0] = 102.0  # far too busy: the film gets slower
    assert playing.due() == 18
    playing.came(18)
    assert playing.pause_s() == pytest.approx(0.05)
    playing.start(per_second=2.0)
    assert playing.pause_s() == pytest.approx(0.5)
    playing.stop()
    assert not playing.is_due()


def test_the_simulated_drive_stays_on_offer_however_many_films_were_watched(
    workspace: CompareWorkspace, page: WatchPage
) -> None:
    source = page.source
    for number in range(7):
        source.show_clip(f"lesson {number}.mp4")
    offered = [source.itemText(row) for row in range(source.count())]
    assert offered[:2] == ["lesson 6.mp4", "lesson 5.mp4"]
    assert "Simulated drive, always the same" in offered
    assert "lesson 1.mp4" not in offered
    assert source.currentText() == "lesson 6.mp4"


def test_the_score_is_the_same_for_both_or_each_ones_own(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage
) -> None:
    good = page.voting.sides.index("pretrained")
    assert _texts(page)[good] == ["mug 0.60", "vector 0.90"]
    assert _texts(page)[1 - good] == ["vector 0.80"]
    page.score.slider.setValue(15)
    assert not page.score.own.isChecked()
    assert _texts(page)[good] == ["mug 0.30", "mug 0.60", "vector 0.90"]
    assert _texts(page)[1 - good] == ["mug 0.20", "vector 0.80"]
    page.score.own.click()
    assert _texts(page)[1 - good] == ["vector 0.80"]


def test_a_live_camera_is_watched_frozen_and_followed_again(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    page: WatchPage,
    live: LiveCamera,
    known_robot: str,
) -> None:
    choice = next(each for each in live.choices() if each.id == known_robot)
    page.source.camera_chosen.emit(choice)
    until(qtbot, lambda: page.panes.views[0].image.width() == 640)
    transport = page.transport
    assert transport.place.text() == "live"
    a_film_only = (transport.slider, transport.back, transport.speed)
    assert not any(each.isEnabled() for each in a_film_only)
    first = page.panes.sight
    until(qtbot, lambda: page.panes.sight is not first)
    qtbot.keyClick(workspace, Qt.Key.Key_Space)
    finish_jobs()
    until(qtbot, lambda: not page.screening.watching._wish.waits_for_window)
    frozen = page.panes.sight
    heard: list[object] = []
    live.picture_arrived.connect(heard.append)
    until(qtbot, lambda: len(heard) > 3)
    assert page.panes.sight is frozen
    qtbot.keyClick(workspace, Qt.Key.Key_Right)
    until(qtbot, lambda: page.panes.sight is not frozen)
    workspace.deactivated()
    workspace.activated()
    assert page.panes.sight is None
    until(qtbot, lambda: page.panes.sight is not None)
    assert not page.screening.is_running
    qtbot.keyClick(workspace, Qt.Key.Key_Space)
    until(qtbot, lambda: page.screening.is_running)
    page.source.clip_chosen.emit(page.source.itemData(0))
    until(qtbot, lambda: _number(workspace) == 0)
    assert all(each.isEnabled() for each in a_film_only)


def test_what_cannot_be_played_is_a_sentence_and_the_next_film_plays(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage, heard: Heard, clip: str
) -> None:
    page.source.clip_chosen.emit("nowhere.mp4")
    assert [view.numbers for view in page.panes.views] == ["Loading…"] * 2
    until(qtbot, lambda: heard.failures)
    assert [view.numbers for view in page.panes.views] == [""] * 2
    assert "nowhere.mp4 does not exist" in heard.failures[0]
    page.source.clip_chosen.emit(clip)
    until(qtbot, lambda: _number(workspace) == 0)
    assert [view.numbers for view in page.panes.views] == [""] * 2


def test_models_that_are_gone_are_a_sentence(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage, pair: Path, heard: Heard
) -> None:
    workspace.toggle_watching()
    (pair / "scratch" / "model.onnx").write_bytes(b"broken")
    workspace.toggle_watching()
    until(qtbot, lambda: heard.failures)
    assert "no ONNX model, or it is damaged" in heard.failures[0]


def test_without_two_models_there_is_nothing_to_watch(
    qtbot: QtBot, document: Document, live: LiveCamera, dataset: Dataset, heard: Heard
) -> None:
    write_pair(dataset, with_models=False)
    shown = CompareWorkspace(document, live)
    show(qtbot, shown)
    qtbot.keyClick(shown, Qt.Key.Key_W)  # waits until it is known what there is
    until(qtbot, lambda: heard.has("Train a pair first"))
    heard.sentences.clear()
    until(qtbot, lambda: shown.view.title.text())
    assert not shown.view.watch_button.isEnabled()
    qtbot.keyClick(shown, Qt.Key.Key_W)
    assert heard.has("Train a pair first")
    assert not shown.is_watching


def test_two_that_still_learn_are_not_voted_on(
    qtbot: QtBot, document: Document, live: LiveCamera, dataset: Dataset, heard: Heard
) -> None:
    pair = write_pair(dataset, pretrained=scored(((10.0, 0.3),)), scratch=[])
    with attended(pair):
        shown = CompareWorkspace(document, live)
        show(qtbot, shown)
        qtbot.keyClick(shown, Qt.Key.Key_W)
        until(qtbot, lambda: heard.has("Both are still training"))
        assert not shown.view.watch_button.isEnabled()
        finish_jobs()


# Voting


def test_nothing_on_the_page_tells_which_is_which_before_the_reveal(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage
) -> None:
    for key in (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_Equal):
        qtbot.keyClick(workspace, key)
    assert "3 votes so far" in page.card.told.text()
    told = _words_on(page)
    for secret in ("pretrained", "random", "scratch"):
        assert secret not in told
    assert [head.text() for head in page.panes.heads] == ["A", "B"]
    assert [pane.name for pane in page.video_panes(named=True)] == ["A", "B"]


@pytest.mark.parametrize("pair", [COCO_START], indirect=True)
def test_the_answer_of_a_pair_from_coco_names_it(page: WatchPage) -> None:
    for _ in range(7):
        page.voting.vote(_better(page, "pretrained"))
    page.voting.reveal()
    assert "From COCO" in page.answer.title.text()
    told = page.answer.told.text()
    assert "7 votes: 7 for COCO, 0 for random weights" in told
    assert "people prefer COCO (AP50 0.93 from COCO against 0.15)" in told


def test_people_vote_by_key_one_after_the_other_and_the_answer_is_revealed(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage, pair: Path
) -> None:
    good = _better(page, "pretrained")
    key = Qt.Key.Key_A if good is Choice.A else Qt.Key.Key_B
    for _ in range(7):
        qtbot.keyClick(workspace, key)
    qtbot.keyClick(workspace, Qt.Key.Key_S)
    qtbot.keyClick(workspace, Qt.Key.Key_A)
    qtbot.keyClick(workspace, Qt.Key.Key_Backspace)
    assert page.voting.votes == 8
    qtbot.keyClick(workspace, Qt.Key.Key_R)
    names = ["Pretrained", "Random weights"]
    if good is Choice.B:
        names.reverse()
    assert page.answer.title.text() == "A was: {}. B was: {}.".format(*names)
    told = page.answer.told.text()
    assert "8 votes: 7 for pretrained, 0 for random weights, 1 saw no difference." in told
    assert "95 % interval 59 % to 100 %" in told
    assert "people prefer pretrained (AP50 0.93 pretrained against 0.15)" in told
    assert page.panes.heads[0].text() == f"A: {names[0]}"
    assert [pane.name for pane in page.video_panes(named=True)] == names
    assert [pane.name for pane in page.video_panes(named=False)] == ["A", "B"]
    qtbot.keyClick(workspace, Qt.Key.Key_A)
    assert len(VoteBook(pair).rounds[0].votes) == 8
    assert not page.card.a.isEnabled()
    qtbot.keyClick(workspace, Qt.Key.Key_N)
    assert [head.text() for head in page.panes.heads] == ["A", "B"]
    assert page.voting.votes == 0
    until(qtbot, lambda: page.panes.sight is not None)  # never one of the order before
    found = [len(view.marks) for view in page.panes.views]
    assert found == [2 if side == "pretrained" else 1 for side in page.voting.sides]
    qtbot.keyClick(workspace, Qt.Key.Key_B)
    qtbot.keyClick(workspace, Qt.Key.Key_R)
    assert "All rounds together: 9 votes" in page.answer.told.text()


def test_nobody_votes_on_what_was_not_seen_yet(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage, clip: str, heard: Heard
) -> None:
    page.source.clip_chosen.emit(clip)
    assert page.panes.sight is None
    assert not page.card.a.isEnabled()
    for key in (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_Equal):
        qtbot.keyClick(workspace, key)
    assert page.voting.votes == 0
    assert heard.has("There is nothing to see yet")
    until(qtbot, lambda: page.card.a.isEnabled())
    qtbot.keyClick(workspace, Qt.Key.Key_A)
    assert page.voting.votes == 1


def test_keys_vote_only_while_the_panes_are_up(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage, pair: Path
) -> None:
    qtbot.keyClick(workspace, Qt.Key.Key_W)
    assert not workspace.is_watching
    qtbot.keyClick(workspace, Qt.Key.Key_A)
    qtbot.keyClick(workspace, Qt.Key.Key_R)
    opened = VoteBook(pair).open_round
    assert opened is not None
    assert opened.votes == ()
    qtbot.keyClick(workspace, Qt.Key.Key_W)
    qtbot.keyClick(workspace, Qt.Key.Key_R)  # nobody has voted: there is nothing to reveal
    assert not page.voting.is_revealed


def test_an_open_vote_goes_on_after_a_restart_in_the_same_order(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage, document: Document
) -> None:
    qtbot.keyClick(workspace, Qt.Key.Key_A)
    sides = page.voting.sides
    workspace.toggle_watching()
    again = CompareWorkspace(document, LiveCamera())
    show(qtbot, again)
    until(qtbot, lambda: again.view.watch_button.isEnabled())
    again.toggle_watching()
    assert again.watch_page.voting.sides == sides
    assert again.watch_page.voting.votes == 1


def test_phones_vote_while_the_page_is_open_and_never_else(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    page: WatchPage,
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = start_log()
    caplog.set_level(logging.DEBUG)  # also what only a developer would see
    voting, phones = page.voting, page.answer.phones
    assert voting.url == ""
    assert phones.code.isHidden()
    phones.mode_chosen.emit("here")
    assert voting.url.startswith("http://127.0.0.1:")
    assert voting.url in phones.told.text()
    assert phones.code.isHidden()  # no phone could come here
    server = voting._page
    assert server is not None
    phone = Phone(server)
    phone.get()
    assert phone.vote("a").status == 303
    secrets = [server.path[1:], phone.cookie.removeprefix("vote=")]
    for path in (f"{server.path}/x", f"{server.path}?a=1", "/"):
        assert phone.get(path).status == 404
    refused(server, f"GET {server.path} HTTP/9.9\r\n\r\n".encode())
    refused(server, f"BREW {server.path} HTTP/1.1\r\n\r\n".encode())
    until(qtbot, lambda: "1 vote so far" in page.card.told.text())
    qtbot.keyClick(workspace, Qt.Key.Key_W)  # back to the curves
    assert voting.url == ""
    with pytest.raises(OSError, match="refused"):
        phone.get()
    kept = log.read_text("utf-8") if log.exists() else ""
    for secret in secrets:
        assert secret not in caplog.text + kept


def test_the_code_stands_where_phones_can_read_it_in_every_theme(
    page: WatchPage, qtbot: QtBot
) -> None:
    card = page.answer.phones
    url = "http://192.168.1.20:40001/uVJ8sHnOQ9mJcM3xw1Jd0w"
    card.show_url(url, "network", can_vote=True)
    assert url in card.told.text()
    assert card.mode.currentData() == "network"
    until(qtbot, lambda: card.code.isVisible() and card.code.width() >= 110)
    image = card.code.grab().toImage()
    colors = {image.pixelColor(x, image.height() // 2).name() for x in range(image.width())}
    assert {"#000000", "#ffffff"} <= colors
    assert cv2.QRCodeDetector().detectAndDecode(as_rgb(image))[0] == url


def test_votes_are_exported(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage, tmp_path: Path, heard: Heard
) -> None:
    page.card.a.click()
    page.card.reveal.click()
    out = tmp_path / "votes.csv"
    page.voting.export(out)
    (_, row) = list(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    assert row[3:] == ["A", page.voting.sides[0], "computer"]
    assert heard.written == {out: "Exported 1 vote."}


def test_damaged_lines_are_told_and_the_vote_goes_on(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage, pair: Path, heard: Heard
) -> None:
    page.card.a.click()
    workspace.toggle_watching()
    with (pair / "votes.jsonl").open("a", encoding="utf-8") as stream:
        stream.write("{half a li")
    workspace.toggle_watching()
    assert heard.has("which are not counted: 1.")
    assert page.voting.votes == 1
    until(qtbot, page.card.b.isEnabled)
    page.card.b.click()
    assert VoteBook(pair).damaged == 1
    assert page.voting.votes == 2


def test_every_control_of_the_panes_has_a_name_a_tooltip_and_a_key_that_leads_there(
    page: WatchPage,
) -> None:
    controls = [
        each
        for kind in (QPushButton, QComboBox, QSlider)
        for each in page.findChildren(kind)
        if each is not page.saving.bar.cancel
    ]
    assert len(controls) > 14
    for control in controls:
        assert control.accessibleName(), control
        assert control.toolTip(), control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.accessibleName()


def test_a_dataset_that_is_only_read_is_watched_but_not_voted_on(
    qtbot: QtBot, dataset: Dataset, pair: Path, live: LiveCamera
) -> None:
    with Dataset.open(dataset.folder, read_only=True) as reading:
        shown = CompareWorkspace(Document(reading), live)
        show(qtbot, shown)
        until(qtbot, lambda: shown.view.watch_button.isEnabled())
        shown.toggle_watching()
        until(qtbot, lambda: _number(shown) == 0)
        assert not shown.watch_page.card.a.isEnabled()
        assert "read-only" in shown.watch_page.card.told.text()
        assert not (pair / "votes.jsonl").exists()
        finish_jobs()


def test_a_disk_that_takes_nothing_is_said_and_no_vote_is_counted(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    page: WatchPage,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page.card.a.click()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("labeler.votes.vote_book.os.fsync", full)
    page.card.b.click()
    assert "no space left on device" in heard.failures[0]
    assert page.voting.votes == 1
    workspace.toggle_watching()
    monkeypatch.undo()
    workspace.toggle_watching()
    assert page.voting.votes == 1
    until(qtbot, page.card.b.isEnabled)
    page.card.b.click()
    assert page.voting.votes == 2


def test_where_neither_draws_a_box_it_is_said_with_the_way_to_what_there_is(
    qtbot: QtBot, workspace: CompareWorkspace, page: WatchPage
) -> None:
    page.nothing.timer.setInterval(0)
    page.score.slider.setValue(95)
    until(qtbot, page.nothing.isVisible)
    assert _texts(page) == [[], []]
    told = page.nothing.sentence.text()
    assert told == "Both find nothing at this score: lower it, or train longer."
    qtbot.mouseClick(page.nothing.lower_button, Qt.MouseButton.LeftButton)
    assert any(_texts(page))
    assert not page.nothing.isVisible()
    assert not page.score.own.isChecked()


# The video


def test_both_panes_are_saved_as_one_video_and_saving_can_be_stopped(
    qtbot: QtBot,
    workspace: CompareWorkspace,
    page: WatchPage,
    clip: str,
    tmp_path: Path,
    heard: Heard,
) -> None:
    out = tmp_path / "lesson.mp4"
    page.saving.save(clip, page.video_panes(named=False), "table", out)
    assert page.saving.bar.isVisible()
    until(qtbot, lambda: heard.written == {out: f"Saved a video of {FRAMES} frames."})
    assert video_clip(out).count == FRAMES
    assert not page.saving.bar.isVisible()
    page.saving.save("simulated", page.video_panes(named=False), "table", tmp_path / "other.mp4")
    page.saving.bar.cancel.click()
    until(qtbot, lambda: heard.has("no video was saved"))
    assert not (tmp_path / "other.mp4").exists()


def test_a_film_is_searched_exactly_as_it_is_played(tmp_path: Path, pair: Path, clip: str) -> None:
    model = Pane("A", pair / "pretrained" / "model.onnx")
    out = tmp_path / "film.mp4"
    write_side_by_side(folder_clip(Path(clip)), (model, model), out)
    played = list(video_clip(out).read())
    film = open_film(str(out))
    for number in (11, 3, 4, 0, 10):
        frame = film.frame(number)
        assert frame is not None
        assert (frame == played[number]).all()
    assert film.frame(99) is None
    assert film.count == FRAMES
